import {
  fingerprintOf,
  generationName,
  LeaseLost,
  type Fence,
  type Generation,
  type GenerationState,
  type Positions,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { logOfMemory } from '../log/log-in-memory.ts';

/**
 * What feeding and positions need of the registry, in memory and by its rules. It has no runs, bindings, shards or repair tasks, so
 * no rebuild runs on it.
 */
export class RegistryInMemory {
  readonly held = new Map<string, Map<number, bigint>>();
  readonly #tokens = new Map<string, bigint>();
  generations: Generation[] = [];

  /** Enters a generation of a projection in any state, as none that a run builds. */
  add(
    projection: Pick<Projection, 'name' | 'version' | 'storage' | 'events'>,
    state: GenerationState,
    positions: Positions = new Map(),
  ): Generation {
    const number = this.generations.length;
    const fingerprint = fingerprintOf(projection, logOfMemory.id);
    const at = new Date(1_000 * number);
    const generation: Generation = {
      uuid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      projection: projection.name,
      name: generationName(projection.storage.schemaVersion, projection.name, at, fingerprint),
      storage: projection.storage.kind,
      fingerprint,
      projectionVersion: projection.version,
      topic: logOfMemory.name,
      topicId: logOfMemory.id,
      partitions: 1,
      state,
      createdAt: at,
      stateChangedAt: at,
      digest: null,
      runId: null,
    };
    this.generations.push(generation);
    this.held.set(generation.uuid, new Map(positions));
    return generation;
  }

  listGenerations(
    filter: { readonly projection?: string; readonly states?: readonly GenerationState[] } = {},
  ): Promise<Generation[]> {
    const { projection, states } = filter;
    const isWanted = (one: Generation) =>
      (projection ?? one.projection) === one.projection && (states?.includes(one.state) ?? true);
    return Promise.resolve(this.generations.filter(isWanted));
  }

  moveGeneration(uuid: string, from: readonly GenerationState[], to: GenerationState): Promise<boolean> {
    const moved = this.generations.find((one) => one.uuid === uuid && from.includes(one.state));
    this.generations = this.generations.map((one) => (one === moved ? { ...one, state: to } : one));
    return Promise.resolve(moved !== undefined);
  }

  positions(uuid: string): Promise<Map<number, bigint>> {
    return Promise.resolve(new Map(this.held.get(uuid)));
  }

  /** Moves positions forward, never back. */
  advancePositions(uuid: string, to: Positions): Promise<void> {
    const held = this.held.get(uuid) ?? new Map<number, bigint>();
    for (const [partition, position] of to)
      if ((held.get(partition) ?? 0n) < position) held.set(partition, position);
    this.held.set(uuid, held);
    return Promise.resolve();
  }

  /** Takes the lease of a projection from whoever has it. */
  takeLease(projection: string): Fence {
    const token = (this.#tokens.get(projection) ?? 0n) + 1n;
    this.#tokens.set(projection, token);
    return { projection, runId: `run-${token}`, token };
  }

  /** @throws LeaseLost when somebody else has taken the lease */
  assertFence({ projection, runId, token }: Fence): void {
    if (this.#tokens.get(projection) === token) return;
    throw new LeaseLost(`The lease of ${projection} is not that of ${runId} any more. Nothing was changed.`);
  }
}
