import type { LogSource } from '@reprise/events';
import { digestOfBuckets } from '@reprise/read-model-documents';
import type { Generation, GenerationStore } from '@reprise/read-model-indices';
import type { SliceTally } from '../fold/slice-tally.ts';
import { askCanaries, type Canary } from './gate-canaries.ts';
import { digestContents } from './gate-contents.ts';
import { liveAtCapture, type LiveCount } from './live-count.ts';
import { judge, type GateCheck, type GateEvidence, type GateLimits } from './gate.ts';

/** What the gate is asked beside its limits. */
export interface GateQuestions {
  readonly limits: GateLimits;
  /** Rehash every document's content instead of trusting the stored hashes. */
  readonly deep: boolean;
  readonly canaries: readonly Canary[];
}

export interface GateInput {
  /** What the fold expects the generation to hold. */
  readonly expected: SliceTally;
  readonly rows?: GateEvidence['rows'];
  /** The live documents when the ends of the log were captured; undefined where that is not known. */
  readonly liveBefore?: LiveCount | undefined;
  /** Leave the number of live documents alone. */
  readonly mayShrink?: boolean;
}

/** Documents that the gate reads as readers would. */
const sampleSize = 20;
const listedFaults = 3;

/**
 * The checks that look at a generation as its server has it and as its readers will read it, for stores whose server may make of it
 * something else than was asked for.
 */
export async function askAsReaders(
  store: Pick<GenerationStore, 'inspect' | 'sample'>,
  generation: Generation,
  signal: AbortSignal,
): Promise<GateCheck[]> {
  const { name } = generation;
  const condition = await store.inspect?.(name, generation);
  const sample = await store.sample?.(name, sampleSize, signal);
  return [
    ...(condition ? [noneOf('index as it was asked for', 'no difference', condition.differences)] : []),
    ...(sample
      ? [
          noneOf(
            'sample as readers read it',
            `${sample.documents} read by id and found by search`,
            sample.faults,
          ),
        ]
      : []),
  ];
}

function noneOf(check: string, expected: string, faults: readonly string[]): GateCheck {
  const more = faults.length - listedFaults;
  const named = faults.slice(0, listedFaults).join('; ') + (more > 0 ? `; and ${more} more` : '');
  return { check, expected, actual: faults.length === 0 ? expected : named, passed: faults.length === 0 };
}

/** Puts every question of the gate to a generation at rest. Changes nothing. */
export async function judgeGeneration(
  { store }: { readonly store: GenerationStore },
  generation: Generation,
  { expected, rows, liveBefore, mayShrink = false }: GateInput,
  { limits, deep, canaries }: GateQuestions,
  signal: AbortSignal,
): Promise<{ checks: GateCheck[]; digest: string }> {
  const { name } = generation;
  await store.refresh(name);
  // Whatever readers are on is compared with, known to this registry or not.
  const readers = await store.observeReaders();
  const live = readers.kind === 'generation' && readers.name !== name ? readers.name : undefined;
  const [counts, buckets, liveCounts] = await Promise.all([
    store.counts(name),
    store.bucketDigests(name),
    live && !mayShrink ? liveAtCapture(store, live, liveBefore) : undefined,
  ]);
  const contents = deep ? await digestContents(store, name, signal) : undefined;
  const further = [
    ...(await askAsReaders(store, generation, signal)),
    ...(await askCanaries(store, name, live, canaries, signal)),
  ];
  const evidence = { expected, counts, buckets, live: liveCounts, rows, contents, further };
  return { checks: judge(evidence, limits), digest: digestOfBuckets(buckets) };
}

/** How much of an event store's snapshot was read, what a filter kept back among it. */
export function readRowsOf(source: LogSource, { read, canaries }: SliceTally): GateEvidence['rows'] {
  const inSnapshot = source.slices.reduce((rows, { start, end }) => rows + end - start, 0n);
  return { inSnapshot: Number(inSnapshot) - canaries, read: read + (source.filteredOut ?? 0) };
}
