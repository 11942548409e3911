import { isDeepStrictEqual } from 'node:util';
import type { Client, estypes } from '@elastic/elasticsearch';

/** Deletes every index whose name begins so, by its full name: servers refuse wildcards by default. */
export async function deleteIndices(client: Client, prefix: string): Promise<void> {
  const { indices } = await client.indices.resolveIndex({ name: `${prefix}*` });
  for (const { name } of indices) await client.indices.delete({ index: name, ignore_unavailable: true });
}

const sampleSize = 500;

/** What the read model adds to a product's own fields: the hand-written consumers have no such thing. */
const derived: ReadonlySet<string> = new Set(['reprise', 'titleSort', 'folded']);

/** What an index holds: its count, and documents taken at random by id, without what only the read model has. */
export interface IndexContent {
  readonly documents: number;
  readonly sample: ReadonlyMap<string, unknown>;
}

export async function contentOf(client: Client, index: string): Promise<IndexContent> {
  await client.indices.refresh({ index });
  const { count: documents } = await client.count({ index });
  const query = { function_score: { functions: [{ random_score: {} }] } };
  return { documents, sample: await search(client, index, query) };
}

/** How many documents of the sample are not, or not the same, in `index`. */
export async function differingDocuments(
  client: Client,
  index: string,
  sample: IndexContent['sample'],
): Promise<number> {
  const found = await search(client, index, { ids: { values: [...sample.keys()] } });
  return [...sample].filter(([id, document]) => !isDeepStrictEqual(document, found.get(id))).length;
}

async function search(
  client: Client,
  index: string,
  query: estypes.QueryDslQueryContainer,
): Promise<Map<string, unknown>> {
  const { hits } = await client.search<Record<string, unknown>>({ index, size: sampleSize, query });
  return new Map(
    hits.hits.map(({ _id, _source = {} }) => {
      const fields = Object.entries(_source).filter(([field]) => !derived.has(field));
      return [_id ?? '', Object.fromEntries(fields)];
    }),
  );
}
