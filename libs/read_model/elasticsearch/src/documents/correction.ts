import type { Client } from '@elastic/elasticsearch';
import type {
  Correction,
  DocumentToWrite,
  GenerationName,
  ObservedDocument,
} from '@reprise/read-model-indices';
import { partsOf, type Source } from './content.ts';
import { describeError, faultOf, serverErrorOf } from '../servers/faults.ts';
import { ownField, writeAliasOf } from '../creation/index-definition.ts';
import { request, type RequestOptions } from '../servers/requests.ts';

interface CorrectionInput {
  readonly id: string;
  readonly observed: ObservedDocument | undefined;
  readonly document: DocumentToWrite | undefined;
}

/** How often a version that Elasticsearch remembers of a deleted document is waited out. */
const forgettingTries = 20;

/** The document as it is at this moment, refreshed or not. Its mark is the sequence number and term of its last change. */
export async function observeDocument(
  client: Client,
  name: GenerationName,
  id: string,
  options: RequestOptions,
): Promise<ObservedDocument | undefined> {
  const found = await request(`reading document ${id} of ${name}`, options, async () => {
    try {
      return await client.get<Source>({ index: name, id });
    } catch (error) {
      // A document that is absent answers 404 without an error; an index that is absent has one.
      if (faultOf(error) === 'absent' && serverErrorOf(error) === undefined) return undefined;
      throw error;
    }
  });
  if (found?._source === undefined) return undefined;
  const revision = `${found._seq_no} ${found._primary_term}`;
  const { digest, ...parts } = partsOf(found._source);
  return { id, version: found._version ?? 0, ...parts, digest, revision };
}

/**
 * Corrects a document. Up to its own version it overwrites whatever is there, with `external_gte`: content of an equal version
 * from the log is always the same, and a later version refuses it. Above that, the observed document is
 * deleted first, by compare-and-swap on its sequence number, and the right one written in its place: for that moment the
 * document is missing. Elasticsearch allows no write that both compares sequence numbers and sets a version.
 */
export async function correctDocument(
  client: Client,
  name: GenerationName,
  { id, observed, document }: CorrectionInput,
  options: RequestOptions,
): Promise<Correction> {
  if (document === undefined)
    return observed ? removeObserved(client, name, observed, options) : { outcome: 'corrected' };
  if (observed !== undefined && observed.version > document.version) {
    const removed = await removeObserved(client, name, observed, options);
    if (removed.outcome !== 'corrected') return removed;
  }
  for (let tries = 1; ; tries++) {
    const put = await putDocument(client, name, document, options);
    if (put.outcome !== 'changed') return put;
    const isThere = (await observeDocument(client, name, id, options)) !== undefined;
    if (isThere || tries === forgettingTries) return put;
    await forgetDeletedVersions(client, name, options);
  }
}

async function removeObserved(
  client: Client,
  name: GenerationName,
  { id, revision }: ObservedDocument,
  options: RequestOptions,
): Promise<Correction> {
  const [seqNo, primaryTerm] = revision.split(' ').map(Number) as [number, number];
  return request(`removing document ${id} of ${name}`, options, async () => {
    try {
      await client.delete({
        index: writeAliasOf(name),
        id,
        if_seq_no: seqNo,
        if_primary_term: primaryTerm,
      });
      return { outcome: 'corrected' } as const;
    } catch (error) {
      const isGone = faultOf(error) === 'absent' && serverErrorOf(error) === undefined;
      if (isGone || isConflict(error)) return { outcome: 'changed' } as const;
      throw error;
    }
  });
}

async function putDocument(
  client: Client,
  name: GenerationName,
  { id, version, tombstone, canonical, digest }: DocumentToWrite,
  options: RequestOptions,
): Promise<Correction> {
  return request(`correcting document ${id} of ${name}`, options, async () => {
    try {
      await client.index({
        index: writeAliasOf(name),
        id,
        version,
        version_type: 'external_gte',
        require_alias: true,
        document: {
          ...(canonical === '' ? {} : (JSON.parse(canonical) as Source)),
          [ownField]: { ...digest, ...(tombstone && { tombstone }) },
        },
      });
      return { outcome: 'corrected' } as const;
    } catch (error) {
      if (isConflict(error)) return { outcome: 'changed' } as const;
      if (faultOf(error) !== 'other' || serverErrorOf(error) === undefined) throw error;
      return { outcome: 'rejected', reason: describeError(error) } as const;
    }
  });
}

/**
 * Makes the index forget the versions of deleted documents, which it keeps for `index.gc_deletes` (60 s) and which refuse any
 * lower version. Nothing here relies on them: documents are never deleted from an index, they become tombstones.
 */
async function forgetDeletedVersions(
  client: Client,
  name: GenerationName,
  options: RequestOptions,
): Promise<void> {
  const setting = 'index.gc_deletes';
  const change = (value: string | null) =>
    request(`changing ${setting} of ${name}`, options, () =>
      client.indices.putSettings({ index: name, settings: { [setting]: value } }),
    );
  const settings = await request(`reading the settings of ${name}`, options, () =>
    client.indices.getSettings({ index: name, name: setting, flat_settings: true }),
  );
  const before = (settings[name]?.settings as Record<string, string> | undefined)?.[setting];
  await change('0ms');
  try {
    await request(`refreshing ${name}`, options, () => client.indices.refresh({ index: name }));
  } finally {
    await change(before === undefined || before === '0ms' ? null : before);
  }
}

function isConflict(error: unknown): boolean {
  return serverErrorOf(error)?.type === 'version_conflict_engine_exception';
}
