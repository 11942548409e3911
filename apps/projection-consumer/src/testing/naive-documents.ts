import type { ProductEvent } from '@reprise/product-events';

type Fields = Record<string, unknown>;

const statusAfter: Readonly<Record<string, string>> = {
  'product.created.v1': 'draft',
  'product.published.v1': 'published',
  'product.unpublished.v1': 'draft',
  'product.deleted.v1': 'deleted',
};

/**
 * What the search documents must be, computed without any projection: each product's events by version, merged field by field. The
 * texts of these tests are plain ASCII, so there is nothing to fold.
 */
export function naiveDocuments(events: readonly ProductEvent[]): Map<string, Fields> {
  const documents = new Map<string, Fields>();
  for (const { aggregateversion, data, subject, time, type } of byVersion(events)) {
    const before = documents.get(subject) ?? { brand: null, productId: subject, createdAt: time };
    const { delta = 0, reason: _, ...fields } = data as { delta?: number; reason?: string };
    const after: Fields = { ...before, ...(type === 'product.deleted.v1' ? {} : fields) };
    if (type === 'product.stock-adjusted.v1') after['stock'] = Number(before['stock']) + delta;
    after['status'] = statusAfter[type] ?? before['status'];
    after['titleSort'] = String(after['title']).toLowerCase();
    documents.set(subject, { ...after, folded: null, version: aggregateversion, updatedAt: time });
  }
  return documents;
}

function byVersion(events: readonly ProductEvent[]): ProductEvent[] {
  const once = new Map(events.map((event) => [`${event.subject} ${event.aggregateversion}`, event]));
  return [...once.values()].sort((a, b) => a.aggregateversion - b.aggregateversion);
}
