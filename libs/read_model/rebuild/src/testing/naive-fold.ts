import type { ProductEvent } from '@reprise/product-events';
import { foldedText } from '@reprise/read-model-documents';
import type { Projection } from '@reprise/read-model-projections';

/**
 * What the search documents must be, computed in the plainest way and independently of the projection: each product's events
 * sorted by version, duplicates dropped, stopped at the first missing version and at an event no life has there, merged
 * field by field.
 */
export function naiveSearchDocuments(
  events: readonly ProductEvent[],
  lives = livesOf(events),
): Map<string, Record<string, unknown>> {
  const documents = new Map<string, Record<string, unknown>>();
  for (const [id, life] of lives) {
    const document = life.reduce<Record<string, unknown> | undefined>(naiveStep, undefined);
    if (document) documents.set(id, { ...document, ...textsOf(document) });
  }
  return documents;
}

/** The texts in their one form, as they are sorted and as they are searched. */
function textsOf(given: Record<string, unknown>): Record<string, unknown> {
  const { title, description, brand, tags } = given as Record<string, string> & { tags: string[] };
  const each = (change: (text: string) => string) => ({
    title: change(title!),
    description: change(description!),
    brand: typeof brand === 'string' ? change(brand) : null,
    tags: tags.map(change),
  });
  const folded = each(foldedText);
  const composed = each((text) => text.normalize('NFC'));
  const isPlain = ![title, description, brand, ...tags].join('').match(/[^ -~]/);
  const categoryId = String(given['categoryId']).normalize('NFC');
  return { ...composed, categoryId, titleSort: folded.title, folded: isPlain ? null : folded };
}

type Lives = ReadonlyMap<string, readonly ProductEvent[]>;
type NaiveFold = (events: readonly ProductEvent[], lives: Lives) => Map<string, Record<string, unknown>>;

/**
 * The same for any projection. One that is not listed here is folded by its own `evolve`, each life separately: then only
 * its surroundings are checked independently, and `evolve` by its unit spec.
 *
 * @param events as the projection's contract orders them: by position, in the order of the log and with positions for versions
 */
export function naiveDocuments(
  projection: Projection,
  events: readonly ProductEvent[],
): ReturnType<NaiveFold> {
  const lives = projection.events.versions === 'position' ? livesAsTheyLie(events) : livesOf(events);
  const listed = naiveFolds[projection.name];
  if (listed) return listed(events, lives);
  const documents = new Map<string, Record<string, unknown>>();
  for (const [id, life] of lives) {
    let document: object | undefined;
    for (const event of life) {
      const result = projection.evolve(document, event);
      if (result.outcome !== 'ignore') document = result.outcome === 'put' ? result.data : undefined;
    }
    if (document) documents.set(id, { ...document });
  }
  return documents;
}

const naiveFolds: Readonly<Record<string, NaiveFold>> = {
  product_search: naiveSearchDocuments,
  category_summary: (events, lives) => kept(events, lives, ['categoryId', 'priceMinor', 'currency', 'stock']),
  product_summary(events, lives) {
    const fields = [
      'title',
      'brand',
      'categoryId',
      'priceMinor',
      'currency',
      'stock',
      'createdAt',
      'updatedAt',
    ];
    const documents = kept(events, lives, fields);
    for (const [id, life] of lives) {
      const last = life.findLast(({ type }) => /published/.test(type));
      const publishedAt = last?.type === 'product.published.v1' ? last.time : null;
      if (life.length > 0) documents.set(id, { ...documents.get(id), publishedAt });
    }
    return documents;
  },
};

function kept(
  events: readonly ProductEvent[],
  lives: Lives,
  fields: readonly string[],
): Map<string, Record<string, unknown>> {
  const wanted = new Set(['productId', 'version', 'status', ...fields]);
  const documents = [...naiveSearchDocuments(events, lives)];
  return new Map(
    documents.map(([id, document]) => [
      id,
      Object.fromEntries(Object.entries(document).filter(([field]) => wanted.has(field))),
    ]),
  );
}

/** Of each product, the events that make up its life: in version order, up to what is missing or cannot be. */
function livesOf(events: readonly ProductEvent[]): Lives {
  const lives = new Map<string, ProductEvent[]>();
  for (const id of new Set(events.map((event) => event.subject))) {
    const own = new Map(
      events.filter((event) => event.subject === id).map((event) => [event.aggregateversion, event]),
    );
    const life: ProductEvent[] = [];
    for (let next = own.get(1); next; next = own.get(life.length + 1)) {
      const isFirst = life.length === 0;
      const isOver = life.at(-1)?.type === 'product.deleted.v1';
      if (isOver || (next.type === 'product.created.v1') !== isFirst) break;
      life.push(next);
    }
    lives.set(id, life);
  }
  return lives;
}

/** The same where positions order: what lies first comes first, what was written twice comes twice, what cannot be is passed over. */
function livesAsTheyLie(events: readonly ProductEvent[]): Lives {
  const lives = new Map<string, ProductEvent[]>();
  for (const event of events) {
    const life = lives.get(event.subject) ?? [];
    const isOver = life.at(-1)?.type === 'product.deleted.v1';
    const isBirth = event.type === 'product.created.v1';
    if (isOver || isBirth !== (life.length === 0)) continue;
    lives.set(event.subject, [...life, event]);
  }
  return lives;
}

function naiveStep(
  document: Record<string, unknown> | undefined,
  event: ProductEvent,
): Record<string, unknown> {
  const stamped = { version: event.aggregateversion, updatedAt: event.time };
  const data = event.data as Record<string, unknown>;
  if (event.type === 'product.created.v1') {
    return {
      brand: null,
      ...data,
      productId: event.subject,
      status: 'draft',
      createdAt: event.time,
      ...stamped,
    };
  }
  if (event.type === 'product.stock-adjusted.v1') {
    return { ...document, stock: Number(document!['stock']) + Number(data['delta']), ...stamped };
  }
  const status = {
    'product.published.v1': 'published',
    'product.unpublished.v1': 'draft',
    'product.deleted.v1': 'deleted',
  }[event.type as string];
  return status ? { ...document, status, ...stamped } : { ...document, ...data, ...stamped };
}
