import fc from 'fast-check';
import { dataContentType, specVersion } from '@reprise/events';
import { eventSource, productAggregateType } from '../product-contract.ts';
import { productLimits } from '../product-limits.ts';
import type { ProductEvent, ProductEventType } from '../product-events.ts';

const text = ({ minLength, maxLength }: { minLength: number; maxLength: number }) =>
  fc
    .string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) })
    .map((value) => value.replaceAll('\0', ''))
    .filter((value) => [...value].length >= minLength && [...value].length <= maxLength);

const title = text(productLimits.title);
const description = text(productLimits.description);
const brand = text(productLimits.brand);
const categoryId = text(productLimits.categoryId);
const reason = text(productLimits.reason);
const tags = fc.array(text(productLimits.tag), { maxLength: productLimits.tags.maxItems });
const priceMinor = fc.maxSafeNat();
const currency = fc.stringMatching(/^[A-Z]{3}$/);
const stock = fc.nat({ max: productLimits.stock.maximum });
const delta = fc
  .integer({ min: productLimits.stockDelta.minimum, max: productLimits.stockDelta.maximum })
  .filter((value) => value !== 0);

const dataOf: Record<ProductEventType, fc.Arbitrary<object>> = {
  'product.created.v1': fc.record(
    { title, description, brand, categoryId, priceMinor, currency, stock, tags },
    { requiredKeys: ['title', 'description', 'categoryId', 'priceMinor', 'currency', 'stock', 'tags'] },
  ),
  'product.details-changed.v1': fc
    .record({ title, description, brand, tags }, { requiredKeys: [] })
    .filter((data) => Object.keys(data).length > 0),
  'product.price-changed.v1': fc.record({ priceMinor, currency }),
  'product.category-changed.v1': fc.record({ categoryId }),
  'product.stock-adjusted.v1': fc.record({ delta, reason }, { requiredKeys: ['delta'] }),
  'product.published.v1': fc.constant({}),
  'product.unpublished.v1': fc.constant({}),
  'product.deleted.v1': fc.record({ reason }, { requiredKeys: [] }),
};

const time = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const eventOf = (type: ProductEventType): fc.Arbitrary<ProductEvent> =>
  fc.record(
    {
      specversion: fc.constant(specVersion),
      id: fc.uuid({ version: 7 }),
      source: fc.constant(eventSource),
      type: fc.constant(type),
      subject: fc.uuid(),
      time,
      datacontenttype: fc.constant(dataContentType),
      aggregatetype: fc.constant(productAggregateType),
      aggregateversion:
        type === 'product.created.v1' ? fc.constant(1) : fc.integer({ min: 2, max: 2_147_483_647 }),
      correlationid: fc.uuid(),
      causationid: fc.uuid(),
      traceparent: fc.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/),
      data: dataOf[type],
    },
    { noNullPrototype: true, requiredKeys: [...requiredAttributes] },
  ) as fc.Arbitrary<ProductEvent>;

const requiredAttributes = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'aggregatetype',
  'aggregateversion',
  'correlationid',
  'data',
] as const;

/** Any valid event of any current type. */
export const productEvent: fc.Arbitrary<ProductEvent> = fc.oneof(
  ...(Object.keys(dataOf) as ProductEventType[]).map(eventOf),
);
