/** An event as it stands in the event store, read without the project's codec. */
export interface PlainEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly aggregateversion: number;
  readonly correlationid: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Fields = Record<string, unknown>;

const statusAfter: Readonly<Record<string, string>> = {
  'product.created.v1': 'draft',
  'product.published.v1': 'published',
  'product.unpublished.v1': 'draft',
  'product.deleted.v1': 'deleted',
};

/**
 * What the search documents must be, computed without any projection: each product's events in the order of their versions, field
 * by field. Repetitions count once.
 */
export function foldDocuments(events: readonly PlainEvent[]): Map<string, Fields> {
  const once = new Map(events.map((event) => [`${event.subject} ${event.aggregateversion}`, event]));
  const inOrder = [...once.values()].sort((one, other) => one.aggregateversion - other.aggregateversion);
  const documents = new Map<string, Fields>();
  for (const { subject, time, type, data, aggregateversion } of inOrder) {
    const before = documents.get(subject) ?? { brand: null, productId: subject, createdAt: time };
    const { delta, reason: _, ...fields } = data;
    const after: Fields = { ...before, ...(type === 'product.deleted.v1' ? {} : fields) };
    if (type === 'product.stock-adjusted.v1') after['stock'] = Number(before['stock']) + Number(delta);
    after['status'] = statusAfter[type] ?? before['status'];
    documents.set(subject, { ...after, version: aggregateversion, updatedAt: time });
  }
  for (const [id, document] of documents) documents.set(id, { ...document, ...searchedTexts(document) });
  return documents;
}

/** The texts composed, as they are sorted and as they are searched; the traffic's letters are all that the folding knows. */
function searchedTexts({ title, description, brand, tags, categoryId }: Fields): Fields {
  const each = (value: unknown, change: (text: string) => string): unknown => {
    if (Array.isArray(value)) return value.map((one) => each(one, change));
    return typeof value === 'string' ? change(value) : value;
  };
  const folded = (text: string): string =>
    text
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '')
      .toLowerCase()
      .replaceAll('ø', 'o');
  const texts = { title, description, brand, tags };
  const inEach = (change: (text: string) => string): Fields =>
    Object.fromEntries(Object.entries(texts).map(([field, value]) => [field, each(value, change)]));
  const composed = (text: string): string => text.normalize('NFC');
  return {
    ...inEach(composed),
    categoryId: each(categoryId, composed),
    titleSort: each(title, folded),
    folded: /[^ -~]/.test(Object.values(texts).flat().join('')) ? inEach(folded) : null,
  };
}

/** JSON with the keys of every object in order: the same text for the same content. */
export function plainJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plainJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${plainJson(member)}`).join(',')}}`;
}
