import { currencyPattern, eventLimits, textPattern } from '../event-limits.ts';
import { productEventTypes, type ProductEventType } from '../product-events.ts';
import { envelopeSchema } from './envelope-schema.ts';
import { schemaDialect, schemaId, type JsonSchema } from './json-schema.ts';

const text = (limits: { minLength: number; maxLength: number }): JsonSchema => ({
  type: 'string',
  ...limits,
  pattern: textPattern,
});
const title = text(eventLimits.title);
const description = text(eventLimits.description);
const brand = text(eventLimits.brand);
const categoryId = text(eventLimits.categoryId);
const reason = text(eventLimits.reason);
const tags = { type: 'array', ...eventLimits.tags, items: text(eventLimits.tag) };
const priceMinor = { type: 'integer', ...eventLimits.priceMinor, description: 'Minor units, e.g. cents.' };
const currency = { type: 'string', pattern: currencyPattern, description: 'ISO 4217 alphabetic code.' };
const stock = { type: 'integer', ...eventLimits.stock };

interface DataSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
}

interface EventDescription {
  readonly title: string;
  readonly description: string;
  readonly data: DataSchema;
  readonly first?: true;
}

const data = (properties: Record<string, JsonSchema>, required: readonly string[] = []): DataSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const described: Record<ProductEventType, EventDescription> = {
  'product.created.v1': {
    title: 'Product created',
    description: 'The first event of every product, and only the first: its aggregateversion is 1.',
    first: true,
    data: data({ title, description, brand, categoryId, priceMinor, currency, stock, tags }, [
      'title',
      'description',
      'categoryId',
      'priceMinor',
      'currency',
      'stock',
      'tags',
    ]),
  },
  'product.details-changed.v1': {
    title: 'Product details changed',
    description: 'Carries only the details that changed, at least one. `tags` replaces the whole list.',
    data: { ...data({ title, description, brand, tags }), minProperties: 1 },
  },
  'product.price-changed.v1': {
    title: 'Product price changed',
    description: 'The new price.',
    data: data({ priceMinor, currency }, ['priceMinor', 'currency']),
  },
  'product.category-changed.v1': {
    title: 'Product category changed',
    description: 'The new category.',
    data: data({ categoryId }, ['categoryId']),
  },
  'product.stock-adjusted.v1': {
    title: 'Product stock adjusted',
    description: 'A signed change of the stock level, never 0. The aggregate keeps the level at 0 or above.',
    data: data({ delta: { type: 'integer', ...eventLimits.stockDelta, not: { const: 0 } }, reason }, [
      'delta',
    ]),
  },
  'product.published.v1': {
    title: 'Product published',
    description: 'The product can now be found.',
    data: data({}),
  },
  'product.unpublished.v1': {
    title: 'Product unpublished',
    description: 'The product is a draft again.',
    data: data({}),
  },
  'product.deleted.v1': {
    title: 'Product deleted',
    description: 'The last event of a product: nothing follows it.',
    data: data({ reason }),
  },
};

const schemaOf = (type: ProductEventType): JsonSchema => {
  const { title, description, data, first } = described[type];
  return {
    $schema: schemaDialect,
    $id: schemaId(type),
    title,
    description,
    type: 'object',
    allOf: [{ $ref: envelopeSchema.$id }],
    properties: {
      type: { const: type },
      aggregateversion: first ? { const: 1 } : { type: 'integer', minimum: 2 },
      data,
    },
  };
};

/** The schema of each current event type, by type: the envelope's rules and the type's own. */
export const productEventSchemas: ReadonlyMap<ProductEventType, JsonSchema> = new Map(
  productEventTypes.map((type) => [type, schemaOf(type)]),
);

/** Names of the fields `data` may have, by event type, in the order they are written. */
export const dataFields: ReadonlyMap<ProductEventType, readonly string[]> = new Map(
  productEventTypes.map((type) => [type, Object.keys(described[type].data.properties)]),
);
