import { setTimeout as sleep } from 'node:timers/promises';
import { bucketCount, bucketOf, contentDigest } from '@reprise/read-model-documents';
import {
  asVersioned,
  type GenerationName,
  type GenerationStore,
  type StoredDocument,
} from '@reprise/read-model-indices';
import { differingBuckets } from '../gate/gate.ts';
import { sameContent, type DocumentState } from './classify.ts';
import type { ExpectedStates } from './expected-states.ts';
import type { Difference } from './waiting.ts';

export interface ComparisonInput {
  readonly store: GenerationStore;
  readonly generation: GenerationName;
  readonly expected: ExpectedStates;
  /** Compare the content of every document, not only where the stored digests differ. */
  readonly deep: boolean;
  /** Most documents read from the store in a second; 0 for as fast as it gives them. */
  readonly documentsPerSecond: number;
  readonly signal: AbortSignal;
}

export interface Comparison {
  /** Documents in the store. */
  readonly actual: number;
  /** Buckets whose documents were compared one by one. */
  readonly buckets: number;
  /** Every document that differs, a bounded number at a time. */
  differences(): AsyncGenerator<Difference[]>;
}

/** Documents whose states are held in memory at a time; buckets are compared in groups of about so many. */
const documentsAtATime = 200_000;
const idsAtATime = 1_000;

/** Compares bucket sums at once, and, as `differences` is read, the documents of the buckets that differ. */
export async function compareWithStore(input: ComparisonInput): Promise<Comparison> {
  const { store, generation, expected, deep } = input;
  await store.refresh(generation);
  const sums = await store.bucketDigests(generation);
  const { documents: actual } = await store.counts(generation);
  const suspects = new Set(
    deep
      ? Array.from({ length: bucketCount }, (_, bucket) => bucket)
      : differingBuckets(expected.buckets, sums),
  );
  const summed = sums.reduce((count, { documents }) => count + documents, 0);
  if (actual > summed && !deep) for (const bucket of await foreignBuckets(input)) suspects.add(bucket);
  const perBucket = Math.max(1, actual, summed) / bucketCount;
  const atATime = Math.max(1, Math.min(bucketCount, Math.floor(documentsAtATime / perBucket)));
  return {
    actual,
    buckets: suspects.size,
    async *differences() {
      const ordered = [...suspects].sort((a, b) => a - b);
      for (let at = 0; at < ordered.length; at += atATime)
        yield await compareBuckets(input, new Set(ordered.slice(at, at + atATime)));
    },
  };
}

/** Compares some documents, wherever they are. */
export async function compareDocuments(
  input: ComparisonInput,
  ids: readonly string[],
): Promise<Difference[]> {
  const all = new Set(Array.from({ length: bucketCount }, (_, bucket) => bucket));
  const expected = input.expected.read(all);
  const found = await input.store.read(input.generation, ids);
  return ids.flatMap((id) => {
    const stored = found.get(id);
    const actual = stored && actualState(stored, expected.get(id), true);
    return isSame(expected.get(id), actual) ? [] : [{ id, expected: expected.get(id), actual }];
  });
}

/** Buckets of documents that something other than a store wrote, which are in no bucket's sums. */
async function foreignBuckets({ store, generation, signal }: ComparisonInput): Promise<Set<number>> {
  const buckets = new Set<number>();
  for await (const page of store.scan(generation, { buckets: [], signal }))
    for (const { id } of page) buckets.add(bucketOf(id));
  return buckets;
}

async function compareBuckets(input: ComparisonInput, buckets: ReadonlySet<number>): Promise<Difference[]> {
  const { store, generation, deep, signal } = input;
  const expected = input.expected.read(buckets);
  const differences: Difference[] = [];
  const isEverything = buckets.size === bucketCount;
  const pages = store.scan(generation, { ...(isEverything ? {} : { buckets: [...buckets] }), signal });
  for await (const page of paced(pages, input)) {
    const misplaced: StoredDocument[] = [];
    for (const stored of page) {
      const { id, digest } = stored;
      const own = bucketOf(id);
      if (!buckets.has(own)) {
        if (digest.bucket !== own) misplaced.push(stored);
        continue;
      }
      const state = expected.get(id);
      const actual = actualState(stored, state, deep);
      if (!isSame(state, actual)) differences.push({ id, expected: state, actual });
      expected.delete(id);
    }
    differences.push(...unknownAmong(misplaced, input.expected));
  }
  differences.push(...(await absentAmong(expected, input)));
  return differences;
}

/**
 * Documents that count in another bucket than their own, as a copy under another id does. Those the log knows are found with
 * their own bucket, whose sums they are missing from.
 */
function unknownAmong(misplaced: readonly StoredDocument[], states: ExpectedStates): Difference[] {
  if (misplaced.length === 0) return [];
  const known = states.read(new Set(misplaced.map(({ id }) => bucketOf(id))));
  return misplaced.flatMap(({ id, version, digest }) =>
    known.has(id) ? [] : [{ id, expected: undefined, actual: { version, digest } }],
  );
}

/** Looks by id for what the scan did not come by: it may count in another bucket, or have been written meanwhile. */
async function absentAmong(
  expected: ReadonlyMap<string, DocumentState>,
  { store, generation, deep, signal }: ComparisonInput,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  const ids = [...expected.keys()];
  for (let at = 0; at < ids.length; at += idsAtATime) {
    signal.throwIfAborted();
    const some = ids.slice(at, at + idsAtATime);
    const found = await store.read(generation, some);
    for (const id of some) {
      const state = expected.get(id);
      const stored = found.get(id);
      const actual = stored && actualState(stored, state, deep);
      if (!isSame(state, actual)) differences.push({ id, expected: state, actual });
    }
  }
  return differences;
}

/** Hands pages on no faster than so many documents a second; a second's worth may be made up for. */
async function* paced(
  pages: AsyncIterable<StoredDocument[]>,
  { documentsPerSecond, signal }: ComparisonInput,
): AsyncGenerator<StoredDocument[]> {
  let dueAt = performance.now();
  for await (const page of pages) {
    yield page;
    if (documentsPerSecond === 0) continue;
    dueAt = Math.max(dueAt, performance.now() - 1_000) + (page.length / documentsPerSecond) * 1_000;
    const ms = dueAt - performance.now();
    if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** The document's state by its stored digest and, looking deep, by its content: both must be right. */
function actualState(
  stored: StoredDocument,
  expected: DocumentState | undefined,
  deep: boolean,
): DocumentState {
  const { version, digest } = stored;
  if (!deep || (expected && !sameContent(expected, { version, digest }))) return { version, digest };
  return { version, digest: contentDigest(asVersioned(stored)) };
}

function isSame(expected: DocumentState | undefined, actual: DocumentState | undefined): boolean {
  if (!expected || !actual) return expected === actual;
  return expected.version === actual.version && sameContent(expected, actual);
}
