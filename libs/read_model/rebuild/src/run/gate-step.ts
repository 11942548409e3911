import { digestOfBuckets } from '@reprise/read-model-documents';
import { sumTallies } from '../build/slice-tally.ts';
import { gatePassed, judge } from './gate.ts';
import { fenceOf, generationOf, type RunContext } from './run-context.ts';
import type { StepResult } from './run-steps.ts';

/**
 * Compares what the fold expects with what the store holds while nobody feeds the generation. Passed, it becomes VERIFIED
 * with its digest; refused, it stays BUILT, unread and inspectable.
 */
export async function gate(context: RunContext): Promise<StepResult> {
  const { servers, options } = context;
  const { store, registry } = servers;
  const generation = generationOf(context);
  const expected = (context.total ??= sumTallies(context.tallies.values()));
  await store.refresh(generation.name);
  // Whatever readers are on is compared with, known to this registry or not.
  const readers = await store.observeReaders();
  const live = readers.kind === 'generation' && readers.name !== generation.name ? readers.name : undefined;
  const [counts, buckets, liveCounts] = await Promise.all([
    store.counts(generation.name),
    store.bucketDigests(generation.name),
    live && store.counts(live),
  ]);
  context.gate = judge({ expected, counts, buckets, live: liveCounts }, options.gate);
  context.digest = digestOfBuckets(buckets);
  const passed = gatePassed(context.gate);
  if (passed) {
    await registry.moveGeneration(generation.uuid, ['BUILT'], 'VERIFIED', {
      fence: fenceOf(context),
      digest: context.digest,
    });
  }
  return { result: 'judged', passed };
}
