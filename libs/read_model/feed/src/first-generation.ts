import { randomUUID } from 'node:crypto';
import {
  fingerprintOf,
  generationName,
  type GenerationStore,
  type Positions,
  type Registry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';

export interface FirstGenerationInput {
  readonly registry: Registry;
  readonly store: GenerationStore;
  readonly projection: Projection;
  readonly topic: { readonly name: string; readonly id: string };
  /** Who asks, for the lease. */
  readonly holder: string;
  readonly now: Date;
}

const leaseTtlMs = 15_000;

/**
 * Makes the first generation of a read model that has none, empty and VERIFIED, so that the live feed fills it from the
 * beginning of the log. Readers get it only when it has caught up (see `adoptFirst`).
 *
 * @returns true when one was made; false when there is one already or someone else is at work on it
 */
export async function createFirstGeneration(input: FirstGenerationInput): Promise<boolean> {
  const { registry, store, projection, topic, holder, now } = input;
  if (!(await isNeeded(input))) return false;
  const lease = await registry.acquireLease(projection.name, {
    runId: randomUUID(),
    holder,
    ttlMs: leaseTtlMs,
  });
  if (!lease.acquired) return false;
  const { fence } = lease;
  try {
    if (!(await isNeeded(input))) return false;
    const { name: projectionName, version: projectionVersion, storage } = projection;
    const fingerprint = fingerprintOf({ storage, projectionVersion, topicId: topic.id });
    const uuid = randomUUID();
    const taken = new Set<string>(await store.list());
    const name = generationName(storage.schemaVersion, projectionName, now, fingerprint, (candidate) =>
      taken.has(candidate),
    );
    await registry.createGeneration(
      {
        uuid,
        projection: projectionName,
        name,
        storage: storage.kind,
        fingerprint,
        projectionVersion,
        topic: topic.name,
        topicId: topic.id,
        runId: null,
      },
      fence,
    );
    await store.create(name, { uuid, projection: projectionName, projectionVersion, fingerprint });
    await store.finishBuild(name);
    await registry.moveGeneration(uuid, ['BUILDING'], 'VERIFIED', { fence });
    return true;
  } finally {
    await registry.releaseLease(fence);
  }
}

async function isNeeded({ registry, store, projection }: FirstGenerationInput): Promise<boolean> {
  if ((await store.observeReaders()).kind !== 'none') return false;
  const alive = await registry.listGenerations({
    projection: projection.name,
    states: ['BUILDING', 'BUILT', 'VERIFIED', 'LIVE', 'STANDBY', 'INTERRUPTED'],
  });
  return alive.length === 0;
}

/**
 * Points readers at the only generation there is, once it has been fed up to `ends`. Readers that have a generation already
 * are left where they are: moving them is the rebuild's.
 *
 * @returns true when readers were pointed at it now
 */
export async function adoptFirst(
  { registry, store, projection }: Pick<FirstGenerationInput, 'registry' | 'store' | 'projection'>,
  ends: Positions,
  holder: string,
): Promise<boolean> {
  if ((await store.observeReaders()).kind !== 'none') return false;
  const [only, ...others] = await registry.listGenerations({
    projection: projection.name,
    states: ['VERIFIED', 'LIVE', 'STANDBY', 'BUILT', 'BUILDING', 'INTERRUPTED'],
  });
  // One that a run has built is promoted by that run's own command.
  if (!only || others.length > 0 || only.state !== 'VERIFIED' || only.runId !== null) return false;
  const positions = await registry.positions(only.uuid);
  for (const [partition, end] of ends) if ((positions.get(partition) ?? 0n) < end) return false;
  const lease = await registry.acquireLease(projection.name, {
    runId: randomUUID(),
    holder,
    ttlMs: leaseTtlMs,
  });
  if (!lease.acquired) return false;
  try {
    await store.refresh(only.name);
    await store.switchReaders(undefined, only.name);
    await registry.recordCutover(projection.name, only.uuid, lease.fence);
    return true;
  } finally {
    await registry.releaseLease(lease.fence);
  }
}
