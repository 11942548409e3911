import type { ReadResult } from '@reprise/events';
import { digestOfBuckets, type VersionedDocument } from '@reprise/read-model-documents';
import { generationName, prepareDocument, type RejectedDocument } from '@reprise/read-model-indices';
import { foldInto, type FoldEntry, type Projection } from '@reprise/read-model-projections';
import { LogInMemory } from '../log/log-in-memory.ts';
import { storeInMemory } from '../store/store-in-memory.ts';
import { recordsOf, type Tried } from './history.ts';

/** What a projection made of a history. */
export interface Trial<Data extends object> {
  /** What readers find, by aggregate id: every document that is no tombstone. */
  readonly documents: ReadonlyMap<string, Data>;
  /** What the engine keeps of each aggregate: version, tombstone and document. */
  readonly kept: ReadonlyMap<string, VersionedDocument<Data>>;
  /** Aggregates of which an event is missing. Everything from `expected` on is held back. */
  readonly held: readonly HeldAggregate[];
  /** Events that can never be applied. */
  readonly poison: readonly PoisonedEvent[];
  /** Documents that the projection's storage does not take. */
  readonly refused: readonly RejectedDocument[];
  /** Digest of the content, as a rebuild proves it: equal content has equal digests. */
  readonly digest: string;
}

export interface HeldAggregate {
  readonly aggregateId: string;
  /** The version that has to come first. */
  readonly expected: number;
  /** Versions that wait for it. */
  readonly versions: readonly number[];
}

export interface PoisonedEvent {
  /** Index in what was tried. */
  readonly index: number;
  readonly reason: Extract<ReadResult, { ok: false }>['reason'] | 'not-applicable';
  readonly message: string;
}

/**
 * Folds events into documents as a rebuild and the live feed do it: read by the projection's contract (schemas, upcasters), applied under
 * the version rule and the rules of a life, and written to a store in memory. No server takes part.
 *
 * @param tried events, or records as they lie in the topic, in the order of the log
 * @throws TypeError for a projection that makes other documents of the same events the second time: it is not pure
 */
export async function tryProjection<Data extends object>(
  projection: Projection<Data>,
  tried: readonly Tried[],
): Promise<Trial<Data>> {
  const once = await foldOnce(projection, tried);
  const again = await foldOnce(projection, tried);
  const [other] = [...once.kept].filter(([id, kept]) => textOf(kept) !== textOf(again.kept.get(id)));
  if (other)
    throw new TypeError(
      `The projection ${projection.name} made two documents of the same events of ${other[0]}: it must be a pure function of them. ` +
        'Take times and ids from the events.',
    );
  return once;
}

async function foldOnce<Data extends object>(
  projection: Projection<Data>,
  tried: readonly Tried[],
): Promise<Trial<Data>> {
  const untyped = projection as unknown as Projection;
  const log = new LogInMemory(projection.events);
  log.append(recordsOf(projection.events, tried));
  const { entries, poison } = await fold(untyped, log);
  const documents = [...entries.values()].flatMap(({ document }) => document ?? []);
  const store = storeInMemory(projection);
  const uuid = projection.name;
  const name = generationName(1, projection.name, new Date(0), '00000000');
  await store.create(name, { uuid, projection: projection.name, projectionVersion: 1, fingerprint: '' });
  const { rejected } = await store.write(name, documents.map(prepareDocument));
  const kept = documents as VersionedDocument<Data>[];
  return {
    documents: new Map(
      kept.flatMap(({ id, tombstone, data }) => (tombstone || data === undefined ? [] : [[id, data]])),
    ),
    kept: new Map(kept.map((document) => [document.id, document])),
    held: [...entries].flatMap(([aggregateId, entry]) => heldOf(aggregateId, entry)),
    poison,
    refused: rejected,
    digest: digestOfBuckets(await store.bucketDigests(name)),
  };
}

async function fold(
  projection: Projection,
  log: LogInMemory,
): Promise<{ readonly entries: ReadonlyMap<string, FoldEntry>; readonly poison: readonly PoisonedEvent[] }> {
  const entries = new Map<string, FoldEntry>();
  const poison: PoisonedEvent[] = [];
  const source = log.open();
  const slice = source.slices[0]!;
  for await (const batch of source.read(slice, { position: 0n }, new AbortController().signal)) {
    for (const at of batch.values.keys()) {
      const read = batch.read(at);
      const index = Number(batch.positionOf(at));
      if (!read.ok) poison.push({ index, reason: read.reason, message: read.message });
      if (!read.ok || read.event.aggregatetype !== projection.aggregate) continue;
      const { subject } = read.event;
      const entry = entries.get(subject) ?? { document: undefined, held: undefined };
      entries.set(subject, entry);
      const result = foldInto(projection, entry, read.event, batch.positionOf, at);
      if (result.outcome !== 'poison') continue;
      const { position, error } = result;
      poison.push({ index: Number(position), reason: 'not-applicable', message: error.message });
    }
  }
  return { entries, poison };
}

function heldOf(aggregateId: string, { document, held }: FoldEntry): HeldAggregate[] {
  if (held === undefined) return [];
  const versions = held.map(({ event }) => event.aggregateversion);
  return [{ aggregateId, expected: (document?.version ?? 0) + 1, versions }];
}

function textOf(document: VersionedDocument | undefined): string {
  return document === undefined ? '' : prepareDocument(document).canonical;
}
