import {
  BucketSums,
  bucketCount,
  canonicalJson,
  documentDigest,
  type BucketDigest,
} from '@reprise/read-model-documents';
import { describeTopic } from '@reprise/read-model-feed';
import type { Generation, Positions } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { RebuildError } from '../errors.ts';
import { proveHistoryComplete } from '../kafka/history.ts';
import { kafkaSource } from '../kafka/kafka-source.ts';
import type { LogSource } from '../log/log-source.ts';
import { differingBuckets } from '../run/gate.ts';
import { requireLiveGeneration } from '../run/live-generation.ts';
import type { RebuildServers } from '../run/rebuild-options.ts';
import { classify, driftClasses, type DocumentState, type Drift, type DriftClass } from './classify.ts';
import { foldLog } from './fold-log.ts';
import { productsTouchedSince } from './touched-since.ts';

export interface VerifyOptions {
  readonly projection: Projection;
  /** Compare every document's content, not only where the stored digests differ. */
  readonly deep: boolean;
  /** Drifting documents listed per class; the counts are always complete. */
  readonly limit: number;
  readonly memoryBytes: number;
}

export interface VerifyReport {
  readonly projection: string;
  readonly generation: string;
  /** Captured ends of the log that the comparison speaks for, decimal text. */
  readonly watermark: Readonly<Record<string, string>>;
  readonly documents: { readonly expected: number; readonly actual: number };
  readonly bucketsCompared: number;
  readonly counts: Readonly<Record<DriftClass, number>>;
  readonly drift: readonly Drift[];
  /** True when nothing but documents in flight differs. */
  readonly clean: boolean;
}

const nothingToCompare =
  'there is nothing to compare. Nothing was changed. Rebuild the read model, or verify with the version that built it.';

/** Buckets whose documents are compared at a time: a quarter of all documents' versions and digests in memory at most. */
const bucketsAtATime = bucketCount / 4;

/**
 * Compares the generation readers use with the fold of the log at a captured watermark: by bucket digest first, by document
 * where a bucket differs. Reads only: it joins no group, takes no lease and writes nothing. The log is read once more for
 * every 64 buckets that differ, so that memory stays bounded.
 *
 * @throws RebuildError USAGE when nothing is live or this version does not feed it; HISTORY_INCOMPLETE; DependencyError
 */
export async function verifyReadModel(
  options: VerifyOptions,
  servers: RebuildServers,
  signal: AbortSignal,
): Promise<VerifyReport> {
  const { store, registry, kafka, topic: topicName } = servers;
  const live = await requireLiveGeneration(servers, options.projection, nothingToCompare);
  // In this order: what the generation gains afterwards is in flight, whatever is captured next.
  const positions = await registry.positions(live.uuid);
  const topic = await describeTopic(kafka, topicName);
  const proof = proveHistoryComplete(topic, live.topicId);
  if (!proof.complete) throw historyIncomplete(proof.problems);
  const source = kafkaSource(kafka, topic);
  try {
    const folded = await foldLog({ ...options, source, signal }, () => undefined);
    if (folded.unresolved.length > 0) throw splitProducts(options.projection.name, folded.unresolved.length);
    const expected = folded.total.buckets;
    await store.refresh(live.name);
    const actual = await store.bucketDigests(live.name);
    const all = Array.from({ length: bucketCount }, (_, bucket) => bucket);
    const suspects = options.deep ? all : differingBuckets(expected, actual);
    const drift: Drift[] = [];
    const counts = Object.fromEntries(driftClasses.map((name) => [name, 0])) as Record<DriftClass, number>;
    for (let at = 0; at < suspects.length; at += bucketsAtATime) {
      const buckets = new Set(suspects.slice(at, at + bucketsAtATime));
      for (const found of await compareBuckets(options, servers, live, source, positions, buckets, signal)) {
        if (++counts[found.class] <= options.limit) drift.push(found);
      }
    }
    return {
      projection: options.projection.name,
      generation: live.name,
      watermark: Object.fromEntries(source.slices.map(({ slice, end }) => [String(slice), String(end)])),
      documents: { expected: documentsIn(expected), actual: documentsIn(actual) },
      bucketsCompared: suspects.length,
      counts,
      drift,
      clean: driftClasses.every((name) => name === 'inFlight' || counts[name] === 0),
    };
  } finally {
    await source.close();
  }
}

async function compareBuckets(
  options: VerifyOptions,
  { store, kafka, topic }: RebuildServers,
  live: Generation,
  source: LogSource,
  positions: Positions,
  buckets: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<Drift[]> {
  const expected = new Map<string, DocumentState>();
  await foldLog({ ...options, source, signal }, ({ id, version, digest }) => {
    if (buckets.has(digest.bucket)) expected.set(id, { version, digest });
  });
  const actual = new Map<string, DocumentState>();
  for await (const batch of store.scan(live.name, { buckets: [...buckets], signal })) {
    for (const { id, version, document, digest } of batch) {
      const content = options.deep ? documentDigest(id, canonicalJson(document)) : digest;
      actual.set(id, { version, digest: content });
    }
  }
  // After the scan, so that whatever the scan could have seen of later events is known to be in flight.
  const touched = await productsTouchedSince(positions, await describeTopic(kafka, topic), { kafka, signal });
  const drift: Drift[] = [];
  for (const id of new Set([...expected.keys(), ...actual.keys()])) {
    const found = classify(id, expected.get(id), actual.get(id), touched.has(id));
    if (found) drift.push(found);
  }
  return drift;
}

function splitProducts(projection: string, products: number): RebuildError {
  return new RebuildError(
    'REFUSED',
    `The events of ${products} products lie in several partitions of the log, or some are missing, so ${projection} cannot be compared ` +
      'product by product. Nothing was changed. `rebuild-job rebuild --no-promote` folds such a log and tells what is missing.',
  );
}

function historyIncomplete(problems: readonly string[]): RebuildError {
  return new RebuildError(
    'HISTORY_INCOMPLETE',
    `Kafka no longer holds the whole history, so the read model cannot be compared with it: ${problems.join('; ')}. ` +
      'Nothing was changed. Rebuild from the permanent log: --source event-store.',
  );
}

function documentsIn(buckets: readonly BucketDigest[]): number {
  const sums = new BucketSums();
  sums.merge(buckets);
  return sums.list().reduce((count, { documents }) => count + documents, 0);
}
