import type { ProductEvent } from '@reprise/events';

/**
 * What the search documents must be, told in the plainest way and independently of the projection: each product's events
 * sorted by version, duplicates dropped, stopped at the first missing version, merged field by field.
 */
export function naiveSearchDocuments(events: readonly ProductEvent[]): Map<string, Record<string, unknown>> {
  const documents = new Map<string, Record<string, unknown>>();
  for (const id of new Set(events.map((event) => event.subject))) {
    const own = new Map(
      events.filter((event) => event.subject === id).map((event) => [event.aggregateversion, event]),
    );
    let document: Record<string, unknown> | undefined;
    for (let version = 1; own.has(version); version++) document = naiveStep(document, own.get(version)!);
    if (document) documents.set(id, document);
  }
  return documents;
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
