import type { LogSource } from '@reprise/events';
import { bucketCount, type BucketDigest } from '@reprise/read-model-documents';
import { describeTopic } from '@reprise/read-model-feed';
import type { GenerationName, Positions } from '@reprise/read-model-indices';
import {
  classify,
  faultClasses,
  type DocumentState,
  type Drift,
  type DriftClass,
} from '../verify/classify.ts';
import { foldLog } from '../verify/fold-log.ts';
import { aggregatesTouchedSince } from '../verify/touched-since.ts';
import { differingBuckets } from '../gate/gate.ts';
import type { SliceTally } from '../fold/slice-tally.ts';
import type { LiveCount } from '../gate/live-count.ts';
import type { RebuildOptions, RebuildServers } from '../rebuild-options.ts';

const changeClasses = [...faultClasses, 'inFlight'] as const satisfies readonly DriftClass[];
type ChangeClass = (typeof changeClasses)[number];

/** What a new generation would change for readers. */
export interface LiveDiff {
  /** What readers use now; null when they are on nothing, and every document would be new to them. */
  readonly generation: string | null;
  readonly documents: { readonly expected: number; readonly live: number };
  readonly bucketsCompared: number;
  /** By kind: `missing` would be added, `extra` would go, `stale` and `different` would be replaced, `inFlight` will change without it. */
  readonly counts: Readonly<Record<ChangeClass, number>>;
  /** The first ones of each kind. */
  readonly changes: readonly Drift[];
}

/** The fold of a log that was written nowhere. */
export interface DryFold {
  readonly options: RebuildOptions;
  readonly servers: RebuildServers;
  readonly source: LogSource;
  readonly signal: AbortSignal;
  readonly total: SliceTally;
  /** What readers had when the ends of the log were captured. */
  readonly liveBefore?: LiveCount | undefined;
  /** Documents whose events lie in several slices, joined. */
  readonly joined: ReadonlyMap<string, DocumentState>;
}

/** Documents whose versions and digests are held in memory at a time; buckets are compared in groups of about so many. */
const documentsAtATime = 200_000;

/**
 * Compares the fold of the log with the generation readers use: by bucket digest first, by document in the buckets that
 * differ. The log is read once more for every group of such buckets, so that memory stays bounded.
 *
 * @param limit documents listed of each kind; the counts are always complete
 */
export async function diffWithLive(fold: DryFold, limit: number): Promise<LiveDiff> {
  const { store } = fold.servers;
  const expected = fold.total.buckets;
  const readers = await store.observeReaders();
  const live = readers.kind === 'generation' ? readers.name : undefined;
  // In this order: what the generation gains afterwards is in flight, whatever is captured next.
  const positions = live && (await positionsOf(fold, live));
  if (live) await store.refresh(live);
  const actual = live ? await store.bucketDigests(live) : [];
  const documents = { expected: documentsIn(expected), live: documentsIn(actual) };
  const suspects = differingBuckets(expected, actual);
  const counts = Object.fromEntries(changeClasses.map((kind) => [kind, 0])) as Record<ChangeClass, number>;
  const changes: Drift[] = [];
  const perBucket = Math.max(1, documents.expected, documents.live) / bucketCount;
  const bucketsAtATime = Math.max(1, Math.min(bucketCount / 4, Math.floor(documentsAtATime / perBucket)));
  for (let at = 0; at < suspects.length; at += bucketsAtATime) {
    const buckets = new Set(suspects.slice(at, at + bucketsAtATime));
    for (const found of await changesIn(fold, live, positions, buckets)) {
      if (++counts[found.class as ChangeClass] <= limit) changes.push(found);
    }
  }
  return { generation: live ?? null, documents, bucketsCompared: suspects.length, counts, changes };
}

async function changesIn(
  fold: DryFold,
  live: GenerationName | undefined,
  positions: Positions | undefined,
  buckets: ReadonlySet<number>,
): Promise<Drift[]> {
  const { servers, options, source, signal, joined } = fold;
  const expected = new Map<string, DocumentState>();
  const log = { projection: options.projection, source, signal };
  await foldLog({ ...log, memoryBytes: options.memoryBytes }, ({ id, version, digest }) => {
    if (buckets.has(digest.bucket)) expected.set(id, { version, digest });
  });
  for (const [id, state] of joined) if (buckets.has(state.digest.bucket)) expected.set(id, state);
  const actual = new Map<string, DocumentState>();
  if (live) {
    for await (const page of servers.store.scan(live, { buckets: [...buckets], signal }))
      for (const { id, version, digest } of page) actual.set(id, { version, digest });
  }
  // After the scan, so that whatever it could have seen of later events is known to be in flight.
  const topic = positions && (await describeTopic(servers.kafka, servers.topic, servers));
  const touched = topic
    ? await aggregatesTouchedSince(positions, topic, options.projection.events, {
        kafka: servers.kafka,
        signal,
      })
    : new Set<string>();
  const changes: Drift[] = [];
  for (const id of new Set([...expected.keys(), ...actual.keys()])) {
    const found = classify(id, expected.get(id), actual.get(id), touched.has(id) ? 'inFlight' : undefined);
    if (found) changes.push(found);
  }
  return changes;
}

/** Positions of what readers use, when they count in this topic: then the live feed is about to change what lies beyond them. */
async function positionsOf(
  { servers, source, options }: DryFold,
  live: GenerationName,
): Promise<Positions | undefined> {
  const generation = await servers.registry.findGeneration(live);
  // A generation as of an earlier moment differs by intent from one that holds everything.
  if (generation?.topicId !== source.topic.id || options.untilTime) return undefined;
  return servers.registry.positions(generation!.uuid);
}

function documentsIn(buckets: readonly BucketDigest[]): number {
  return buckets.reduce((count, { documents }) => count + documents, 0);
}
