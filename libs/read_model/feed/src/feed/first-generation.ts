import { randomUUID } from 'node:crypto';
import {
  enterGeneration,
  feederHolder,
  fingerprintOf,
  isSameLog,
  metaOf,
  type Fence,
  type Generation,
  type GenerationStore,
  type LogNow,
  type Positions,
  type Registry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';

export interface FirstGenerationInput {
  readonly registry: Registry;
  readonly store: GenerationStore;
  readonly projection: Projection;
  readonly topic: LogNow;
  /** Who asks, for the lease. */
  readonly holder: string;
  readonly now: Date;
  /** Asked only where one is to be made. Rejects where the log may lack events that nothing replaces. */
  readonly assertWhole: () => Promise<void>;
}

const leaseTtlMs = 15_000;

/**
 * Makes the first generation of a read model that has none, empty and VERIFIED, so that the live feed fills it from the
 * beginning of the log. Readers get it only when it has caught up (see `adoptFirst`).
 *
 * @returns true when one was made; false when there is one already or someone else is making it
 * @throws what `assertWhole` rejects with; nothing was made then
 */
export async function createFirstGeneration(input: FirstGenerationInput): Promise<boolean> {
  const { registry, store, projection, topic, holder, now, assertWhole } = input;
  if (!(await isNeeded(input))) return false;
  await assertWhole();
  const lease = await registry.acquireLease(projection.name, {
    runId: randomUUID(),
    holder: feederHolder(holder),
    ttlMs: leaseTtlMs,
  });
  if (!lease.acquired) return false;
  const { fence } = lease;
  try {
    const fingerprint = fingerprintOf(projection, topic.id);
    const begun = await takeUpUnfinished(input, fingerprint, fence);
    if (!(await isNeeded(input))) return false;
    const generation =
      begun ?? (await enterGeneration(input, { projection, topic, fingerprint, runId: null, now }, fence));
    await store.create(generation.name, metaOf(generation));
    await store.finishBuild(generation.name);
    await registry.moveGeneration(generation.uuid, ['BUILDING'], 'VERIFIED', { fence });
    return true;
  } finally {
    await registry.releaseLease(fence);
  }
}

const alive = ['BUILDING', 'BUILT', 'VERIFIED', 'LIVE', 'STANDBY', 'INTERRUPTED'] as const;

/** An unfinished one that no run made belongs to a consumer that may have died over it; the lease shows whether it did. */
async function isNeeded({ registry, store, projection }: FirstGenerationInput): Promise<boolean> {
  if ((await store.observeReaders()).kind !== 'none') return false;
  const listed = await registry.listGenerations({ projection: projection.name, states: alive });
  return listed.every(isUnfinished);
}

function isUnfinished({ state, runId }: Generation): boolean {
  return state === 'BUILDING' && runId === null;
}

/**
 * Under the lease nobody else is making a first generation, so one that was begun will not be finished: whatever exists of it
 * is deleted. Its entry is taken up again where it fits, so that a server that refuses the index every time leaves one
 * entry and not one for every try.
 */
async function takeUpUnfinished(
  { registry, store, projection, topic }: FirstGenerationInput,
  fingerprint: string,
  fence: Fence,
): Promise<Generation | undefined> {
  const listed = await registry.listGenerations({ projection: projection.name, states: ['BUILDING'] });
  let takenUp: Generation | undefined;
  for (const generation of listed.filter(isUnfinished)) {
    const { uuid, name } = generation;
    const meta = await store.meta(name);
    if (meta?.uuid === uuid) await store.drop(name);
    const isFree = meta === undefined || meta.uuid === uuid;
    const isFitting = generation.fingerprint === fingerprint && isSameLog(generation, projection, topic);
    if (isFree && takenUp === undefined && isFitting) takenUp = generation;
    else await registry.moveGeneration(uuid, ['BUILDING'], 'ABANDONED', { fence });
  }
  return takenUp;
}

/**
 * Points readers at the only generation there is, once it has been fed up to the ends of the log. Readers that have a generation
 * already are left where they are: moving them is the rebuild's. If they were pointed at it and the registry does not know, it is
 * recorded.
 *
 * @param endsOf asked only when nothing else stands in the way. Ends from before the generation was made would let readers have one
 *   that holds nothing yet
 * @returns true when readers were pointed at it now
 */
export async function adoptFirst(
  {
    registry,
    store,
    projection,
    topic,
  }: Pick<FirstGenerationInput, 'registry' | 'store' | 'projection' | 'topic'>,
  endsOf: () => Promise<Positions>,
  holder: string,
): Promise<boolean> {
  const readers = await store.observeReaders();
  if (readers.kind === 'ambiguous') return false;
  const [only, ...others] = await registry.listGenerations({ projection: projection.name, states: alive });
  // One that a run has built is promoted by that run's own command.
  if (!only || others.length > 0 || only.state !== 'VERIFIED' || only.runId !== null) return false;
  // Its positions are offsets of an earlier topic of that name: they say nothing about the end of this one.
  if (only.topicId !== topic.id) return false;
  if (!isSameLog(only, projection, topic)) return false;
  const isAdopted = readers.kind === 'generation';
  if (isAdopted && readers.name !== only.name) return false;
  const ends = await endsOf();
  const positions = await registry.positions(only.uuid);
  for (const [partition, end] of ends) if ((positions.get(partition) ?? 0n) < end) return false;
  const lease = await registry.acquireLease(projection.name, {
    runId: randomUUID(),
    holder: feederHolder(holder),
    ttlMs: leaseTtlMs,
  });
  if (!lease.acquired) return false;
  try {
    if (!isAdopted) {
      await store.refresh(only.name);
      await registry.assertFence(lease.fence);
      await store.switchReaders(undefined, only.name);
    }
    await registry.recordCutover(projection.name, only.uuid, lease.fence);
    return !isAdopted;
  } finally {
    await registry.releaseLease(lease.fence);
  }
}
