import type { LogSource } from '@reprise/events';
import { digestOfBuckets } from '@reprise/read-model-documents';
import { assertBound, describeTopic, proveHistoryComplete } from '@reprise/read-model-feed';
import { assertSameLog, type Generation } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { positionsOfKafkaOnly, RebuildError } from '../errors.ts';
import { openEventStoreSource } from '../event-store/event-store-source.ts';
import { kafkaSource } from '../kafka/kafka-source.ts';
import { captureLeftOut } from '../left-out/letters-of-run.ts';
import { leaveOut } from '../left-out/leave-out.ts';
import { unplacedNote } from '../fold/poison-places.ts';
import { Remedy } from '../left-out/remedy.ts';
import { containedIn } from '../left-out/resolved-letters.ts';
import { pacedSource } from '../log/paced-source.ts';
import { requireLiveGeneration } from '../partial-replay/live-generation.ts';
import type { RebuildServers } from '../rebuild-options.ts';
import {
  defaultMaxLagMs,
  gatherFacts,
  verdictOf,
  writeSideOf,
  type Verdict,
} from '@reprise/read-model-status';
import type { Drift, DriftClass } from './classify.ts';
import { compareDocuments, compareWithStore, type ComparisonInput } from './compare.ts';
import { ExpectedStates } from './expected-states.ts';
import { foldWholeLog, type FoldedLog } from './fold-whole-log.ts';
import { Findings } from './findings.ts';
import { outcomeOf, warningsOf, type VerifyOutcome } from './outcome.ts';
import { findWaiting, type Difference } from './waiting.ts';

export interface VerifyOptions {
  readonly projection: Projection;
  /** Where the log is read. Default `kafka`. */
  readonly source?: 'kafka' | 'event-store';
  /** Only these aggregates; undefined for all. */
  readonly aggregateIds?: readonly string[] | undefined;
  /** Compare every document's content, not only where the stored digests differ. */
  readonly deep: boolean;
  /** Drifting documents listed per class; the counts are always complete. */
  readonly limit: number;
  readonly memoryBytes: number;
  /** Most events of the log, and most documents of the store, read in a second. Default 0: as fast as they come. */
  readonly rate?: number;
  /** Age of the oldest event that readers may lack, in milliseconds, before the read model counts as behind. Default 30 s. */
  readonly maxLagMs?: number;
  /** Given every document that drifts, as it is found; not those whose events are waiting. */
  readonly onDrift?: (drift: readonly Drift[]) => Promise<void>;
}

export interface VerifyReport {
  readonly projection: string;
  readonly generation: string;
  readonly source: LogSource['kind'];
  /** Moment of the captured ends, by the clock of the read-model database. */
  readonly upTo: string;
  /** Captured ends of the log that the comparison speaks for, decimal text. */
  readonly watermark: Readonly<Record<string, string>>;
  /** Of the documents that the log makes up to there, as a rebuild would state it; null where aggregates were named. */
  readonly digest: string | null;
  readonly log: FoldedLog;
  readonly documents: { readonly expected: number; readonly actual: number };
  readonly bucketsCompared: number;
  /** Whether contents were read and hashed, or the stored hashes believed. */
  readonly contents: 'read' | 'stored-hashes';
  readonly counts: Readonly<Record<DriftClass, number>>;
  readonly drift: readonly Drift[];
  /** Of the aggregates that were named, those that neither the log nor the store has. */
  readonly unknown: readonly string[];
  /** What of its index is not as it was asked for: no repair of documents helps, a rebuild does. */
  readonly faults: readonly string[];
  /** What somebody changed by hand about what readers read through: they may see less than the generation holds. */
  readonly caveats: readonly string[];
  /** The judgement of what readers are served, at the end of the comparison. */
  readonly freshness: Verdict;
  /** What is not wrong yet: nobody feeds a generation that lacks nothing, aggregates are held back. */
  readonly warnings: readonly string[];
  readonly outcome: VerifyOutcome;
  /** True when the outcome is `clean`. */
  readonly clean: boolean;
  readonly timing: {
    readonly durationMs: number;
    /** Of these, how long the log took to be read and folded. */
    readonly foldMs: number;
    readonly documentsPerSecond: number;
  };
}

const nothingToCompare =
  'there is nothing to compare. Nothing was changed. Rebuild the read model, or verify with the version that built it.';

/**
 * Compares the generation readers use with the fold of the log at a captured watermark: by bucket digest first, by document
 * where a bucket differs. Reads only: it joins no group, takes no lease and writes nothing. Memory is bounded: what the log
 * says is kept on disk, and documents are compared some buckets at a time.
 *
 * @throws BoundElsewhere; BuiltFromAnotherLog; RebuildError USAGE when nothing is live or this version does not feed it; HISTORY_INCOMPLETE; DependencyError
 */
export async function verifyReadModel(
  options: VerifyOptions,
  servers: RebuildServers,
  signal: AbortSignal,
): Promise<VerifyReport> {
  const { projection, aggregateIds, deep, rate = 0 } = options;
  const { store, registry, eventStore } = servers;
  const begun = performance.now();
  await assertBound({ ...servers, models: [{ projection, store }], record: false });
  const live = await requireLiveGeneration(servers, projection, nothingToCompare);
  // In this order: what the generation gains afterwards is in flight, whatever is captured next.
  const positions = await registry.positions(live.uuid);
  const upTo = (await registry.now()).toISOString();
  const opened = await openSource(options, servers, live);
  const leftOut = await captureLeftOut(servers, projection.name, opened);
  const source = leaveOut(rate > 0 ? pacedSource(opened, rate) : opened, leftOut);
  const expected = ExpectedStates.open();
  const known = new Set<string>();
  let unplaced = 0;
  try {
    const log = await foldWholeLog(
      {
        projection,
        source,
        memoryBytes: options.memoryBytes / 4,
        aggregateIds: aggregateIds && new Set(aggregateIds),
        onNamed: (id) => known.add(id),
        leftOut,
        remedyFor: async (poison, beyond) => {
          unplaced = beyond;
          // As in a rebuild: by position nothing waits, and a later version proves nothing about an earlier one.
          const counts = projection.events.versions === 'sequence';
          const resolved = counts && source.kind === 'kafka' ? await containedIn(store, live, poison) : [];
          if (leftOut.letters.length + resolved.length === 0) return undefined;
          const history = counts ? servers.history : undefined;
          return new Remedy({ leftOut, resolved, history, projection: projection.name });
        },
        signal,
      },
      ({ id, version, digest }) => expected.add(id, version, digest),
    );
    const foldMs = Math.round(performance.now() - begun);
    const comparing = { store, generation: live.name, expected, deep, documentsPerSecond: rate, signal };
    const fromEventStore = source.kind === 'event-store';
    const findings = new Findings(options.limit);
    const { actual, buckets, differences, stored } = await comparison(comparing, aggregateIds);
    const { facts, writeSideFault } = await gatherFacts(
      projection,
      { ...servers, writeSide: writeSideOf(eventStore) },
      { description: await describeTopic(servers.kafka, servers.topic, servers) },
    );
    const freshness = verdictOf(facts, { maxLagMs: options.maxLagMs ?? defaultMaxLagMs });
    const unfed = facts.generations.find(({ uuid }) => uuid === live.uuid)?.feeding.unfed ?? [];
    const lookingUp = { servers, projection, positions, unfed, fromEventStore, signal };
    const unknown = aggregateIds?.filter((id) => !known.has(id) && !stored.has(id)) ?? [];
    for await (const some of differences) {
      const waiting = await findWaiting(some, lookingUp);
      await findings.take(some, waiting, options.onDrift);
    }
    const documents = {
      expected: expected.buckets.reduce((sum, bucket) => sum + bucket.documents, 0),
      actual,
    };
    const condition = await store.inspect?.(live.name, live);
    const readers = await store.observeReaders();
    const faults = [...(condition?.differences ?? []).slice(0, options.limit)];
    const found = { counts: findings.counts, faults, unknown, freshness, writeSideFault };
    const outcome = outcomeOf(found);
    const durationMs = Math.round(performance.now() - begun);
    return {
      projection: projection.name,
      generation: live.name,
      source: source.kind,
      upTo,
      watermark: watermarkOf(source),
      digest: aggregateIds ? null : digestOfBuckets(expected.buckets),
      log,
      documents,
      bucketsCompared: buckets,
      contents: deep || aggregateIds ? 'read' : 'stored-hashes',
      counts: findings.counts,
      drift: findings.drift,
      unknown,
      faults,
      caveats: readers.kind === 'generation' ? (readers.caveats ?? []) : [],
      freshness,
      warnings: [...warningsOf(found), ...[unplacedNote(unplaced) ?? []].flat()],
      outcome,
      clean: outcome === 'clean',
      timing: {
        durationMs,
        foldMs,
        documentsPerSecond: Math.round((1_000 * actual) / Math.max(1, durationMs)),
      },
    };
  } finally {
    expected.dispose();
    await source.close();
  }
}

interface ComparisonInProgress {
  readonly actual: number;
  readonly buckets: number;
  /** Of the aggregates that were named, those the store has. */
  readonly stored: ReadonlySet<string>;
  readonly differences: AsyncIterable<Difference[]> | readonly Difference[][];
}

async function comparison(
  input: ComparisonInput,
  aggregateIds: readonly string[] | undefined,
): Promise<ComparisonInProgress> {
  if (!aggregateIds) {
    const { actual, buckets, differences } = await compareWithStore(input);
    return { actual, buckets, stored: new Set(), differences: differences() };
  }
  const stored = await input.store.read(input.generation, aggregateIds);
  const differences = [await compareDocuments(input, aggregateIds)];
  return { actual: stored.size, buckets: 0, stored: new Set(stored.keys()), differences };
}

async function openSource(
  { source = 'kafka', projection }: VerifyOptions,
  { kafka, topic: name, topicSetting, eventStore }: RebuildServers,
  live: Generation,
): Promise<LogSource> {
  const topic = await describeTopic(kafka, name, { topicSetting });
  assertSameLog(live, projection, topic);
  if (source === 'event-store') {
    if (projection.events.versions === 'position') throw positionsOfKafkaOnly();
    if (!eventStore)
      throw new RebuildError('USAGE', 'The event store is not configured: set EVENT_STORE_DATABASE_URL.');
    const positions = new Map(topic.partitions.map(({ partition, end }) => [partition, end]));
    return openEventStoreSource({
      eventStore,
      topic: { name: topic.name, id: topic.id },
      events: projection.events,
      positions,
    });
  }
  const proof = proveHistoryComplete(topic, live.topicId);
  if (!proof.complete) throw historyIncomplete(projection.name, proof.problems);
  return kafkaSource(kafka, topic, projection.events);
}

/** Kafka's ends in both cases: for the event store those captured before its snapshot. */
function watermarkOf({ positions }: LogSource): Record<string, string> {
  return Object.fromEntries([...positions].map(([partition, end]) => [String(partition), String(end)]));
}

function historyIncomplete(projection: string, problems: readonly string[]): RebuildError {
  return new RebuildError(
    'HISTORY_INCOMPLETE',
    `Kafka no longer holds the whole history, so ${projection} cannot be compared with it: ${problems.join('; ')}. ` +
      'Nothing was changed. Compare with the permanent log instead: --source event-store.',
  );
}
