import type { Client, estypes } from '@elastic/elasticsearch';
import { contentDigest, type DocumentDigest } from '@reprise/read-model-documents';
import {
  asVersioned,
  type GenerationName,
  type ReadSample,
  type StoredDocument,
} from '@reprise/read-model-indices';
import { readDocuments } from './content.ts';
import { describeError, faultOf, serverErrorOf } from '../servers/faults.ts';
import { ownField } from '../creation/index-definition.ts';
import { request, type RequestOptions } from '../servers/requests.ts';

/** Documents searched for by one request: each brings a clause or more for every field, and the server limits them. */
const documentsPerSearch = 5;
/** As much of a text as is searched for. */
const wordsSearchedFor = 8;
const longestTerm = 256;

const exactTypes = new Set(
  'keyword long integer short byte unsigned_long double float half_float scaled_float boolean date'.split(
    ' ',
  ),
);

interface Field {
  readonly type?: string;
  readonly index?: boolean;
  readonly ignore_above?: number;
  readonly fields?: Readonly<Record<string, Field>>;
}
type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads some documents of an index as its readers do: by id, where what comes back must be what was written, down to its hash; and
 * by search for the value of each field, where the document must be found. Which ones is decided by their hashes, so it is the same
 * for the same content. A document that a feed changes in between says nothing, and is left out.
 */
export async function readSample(
  client: Client,
  name: GenerationName,
  fields: Fields,
  size: number,
  options: RequestOptions,
): Promise<ReadSample> {
  const hashes = await sampledHashes(client, name, size, options);
  const found = await readDocuments(client, name, [...hashes.keys()], options);
  const faults: string[] = [];
  const complete: StoredDocument[] = [];
  for (const [id, { version, high, low }] of hashes) {
    const stored = found.get(id);
    if (stored !== undefined && stored.version !== version) continue;
    const digest = stored && contentDigest(asVersioned(stored));
    if (stored === undefined || digest === undefined) faults.push(`${id} is stored without its content`);
    else if (digest.high !== high || digest.low !== low)
      faults.push(`${id} read by its id is not the document that was written`);
    else complete.push(stored);
  }
  for (let at = 0; at < complete.length; at += documentsPerSearch)
    faults.push(
      ...(await unfound(client, name, fields, complete.slice(at, at + documentsPerSearch), options)),
    );
  return { documents: hashes.size, faults };
}

/** Ids with the hashes that stand beside the documents, where no part of the document itself is needed to read them. */
async function sampledHashes(
  client: Client,
  name: GenerationName,
  size: number,
  options: RequestOptions,
): Promise<Map<string, DocumentDigest & { readonly version: number }>> {
  const members = ['bucket', 'high', 'low'] as const;
  const { hits } = await request(`choosing documents of ${name}`, options, () =>
    client.search({
      index: name,
      size,
      _source: false,
      version: true,
      docvalue_fields: members.map((member) => `${ownField}.${member}`),
      sort: [{ [`${ownField}.low`]: { order: 'asc', unmapped_type: 'long' } }],
      track_total_hits: false,
      allow_partial_search_results: false,
    }),
  );
  return new Map(
    hits.hits.map(({ _id, _version, fields }) => {
      const value = (member: string) =>
        (fields?.[`${ownField}.${member}`] as number[] | undefined)?.[0] ?? -1;
      return [
        _id!,
        { version: _version ?? 0, bucket: value('bucket'), high: value('high'), low: value('low') },
      ];
    }),
  );
}

/** Documents that a search for the value of one of their fields does not find. */
async function unfound(
  client: Client,
  name: GenerationName,
  fields: Fields,
  documents: readonly StoredDocument[],
  options: RequestOptions,
): Promise<string[]> {
  const asked = documents.map(({ id, version, document }) => ({
    id,
    version,
    clauses: clausesFor(fields, document ?? {}, id),
  }));
  const hits = await request(`searching ${name} for documents it holds`, options, async () => {
    try {
      const answer = await client.search({
        index: name,
        size: documents.length,
        _source: false,
        version: true,
        track_total_hits: false,
        allow_partial_search_results: false,
        query: {
          bool: {
            should: asked.map(({ id, clauses }) => ({
              bool: { filter: [{ ids: { values: [id] } }], should: [...clauses.values()] },
            })),
          },
        },
      });
      return answer.hits.hits;
    } catch (error) {
      // A field that cannot be searched, as a rule.
      if (faultOf(error) !== 'other' || serverErrorOf(error) === undefined) throw error;
      return describeError(error);
    }
  });
  if (typeof hits === 'string') return [`searches are refused: ${hits}`];
  const byId = new Map(hits.map((hit) => [hit._id!, hit]));
  return asked.flatMap(({ id, version, clauses }) => {
    const hit = byId.get(id);
    if (hit === undefined) return [`${id} is not found by any search`];
    if (hit._version !== version) return [];
    const matched = new Set((hit.matched_queries ?? []) as string[]);
    const lost = [...clauses.keys()].filter((field) => !matched.has(nameOf(field, id)));
    return lost.length === 0 ? [] : [`${id} is not found by its ${lost.join(', ')}`];
  });
}

const nameOf = (field: string, id: string): string => `${field} of ${id}`;

/** A clause that finds the document by each of its fields, by the field's name. The server distinguishes them by separate names. */
function clausesFor(
  fields: Fields,
  document: Fields,
  id: string,
): Map<string, estypes.QueryDslQueryContainer> {
  const clauses = new Map<string, estypes.QueryDslQueryContainer>();
  for (const [field, mapped] of Object.entries(fields)) {
    const [value] = [document[field]].flat() as unknown[];
    const { fields: inner = {}, ...own } = mapped as Field;
    for (const [path, { type, index, ignore_above: longest = longestTerm }] of [
      [field, own],
      ...Object.entries(inner).map(([sub, definition]) => [`${field}.${sub}`, definition] as const),
    ] as const) {
      if (value === undefined || value === null || typeof value === 'object' || index === false) continue;
      const text = String(value);
      const _name = nameOf(path, id);
      if (type === 'text') {
        const query = text.split(/\s+/).slice(0, wordsSearchedFor).join(' ').slice(0, longestTerm);
        clauses.set(path, { match: { [path]: { query, zero_terms_query: 'all', _name } } });
      } else if (exactTypes.has(type ?? '') && text.length <= Math.min(longest, longestTerm)) {
        clauses.set(path, { term: { [path]: { value: value as string, _name } } });
      }
    }
  }
  return clauses;
}
