/** Items of a bulk that the proxy answers itself. */
export interface RefusedItems {
  readonly ids: ReadonlySet<string>;
  /** 429 if left out. */
  readonly status?: number;
  /** What Elasticsearch says with that status, if left out. */
  readonly error?: object;
}

/** Ids of a bulk of `index` actions: a line that says where, a line with the document. */
export function idsOf(body: string): string[] {
  const lines = body.split('\n').filter((line) => line !== '');
  return lines
    .filter((_, index) => index % 2 === 0)
    .map((line) => (JSON.parse(line) as { index: { _id: string } }).index._id);
}

/** The same bulk with the wanted documents only. */
export function linesOf(body: string, wanted: (id: string) => boolean): string {
  const lines = body.split('\n');
  return idsOf(body)
    .map((id, index) => (wanted(id) ? `${lines[2 * index]}\n${lines[2 * index + 1]}\n` : ''))
    .join('');
}

/** The answer to the whole bulk: what the server said of the documents it was given, in their places among the refused ones. */
export function mergedReply(ids: readonly string[], refused: RefusedItems, answer: string): string {
  const passed = (JSON.parse(answer) as { items: unknown[] }).items;
  const { status = 429 } = refused;
  const type = status === 429 ? 'es_rejected_execution_exception' : 'strict_dynamic_mapping_exception';
  const error = refused.error ?? { type, reason: 'a fault' };
  const items = ids.map((id) =>
    refused.ids.has(id) ? { index: { _id: id, status, error } } : passed.shift(),
  );
  return JSON.stringify({ errors: true, items });
}
