import { completeStates, type Generation, type ReadersTarget } from '@reprise/read-model-indices';

/** How the index or table of a generation stands: all of it readable, unreadable for a reason, or not there at all. */
export type StorageProof =
  { readonly is: 'whole' | 'gone' } | { readonly is: 'unproven'; readonly why: string };

/** Which generations may go by their age, and why. */
export interface PruneLimits {
  /** Retired generations to keep, newest first, and as many proven ones that were never promoted. */
  readonly keep: number;
  /** Milliseconds a standby generation is kept after its cutover. */
  readonly standbyMs: number;
  /** On the clock that wrote the times of the generations. */
  readonly now: Date;
}

export interface PruneFacts {
  readonly generations: readonly Generation[];
  /** Unfinished generations that have never held anything, by uuid. */
  readonly neverBuilt: ReadonlySet<string>;
  readonly alias: string;
  readonly readers: ReadersTarget;
  /** Proof of the storage of the generation readers are on and of the LIVE one, by uuid. */
  readonly proofs: ReadonlyMap<string, StorageProof>;
}

export interface PruneDecision {
  readonly going: readonly { readonly generation: Generation; readonly why: string }[];
  /** Due by their age, and kept because of `danger`. */
  readonly kept: readonly { readonly generation: Generation; readonly why: string }[];
  /** Why nothing complete may be deleted now; null when readers are on a complete generation. */
  readonly danger: string | null;
}

/**
 * Decides what `prune` deletes. As long as readers are not proven to be on a complete generation, every complete one stays: it
 * may be the last. Pure.
 */
export function decidePrune(facts: PruneFacts, limits: PruneLimits): PruneDecision {
  const due = [...prunable(facts.generations, limits), ...neverBuilt(facts)];
  const danger = dangerOf(facts);
  if (danger === null) return { going: due, kept: [], danger };
  const isComplete = ({ generation }: { generation: Generation }) =>
    completeStates.includes(generation.state);
  return { going: due.filter((one) => !isComplete(one)), kept: due.filter(isComplete), danger };
}

/** Why the generations that nobody reads may hold the last complete copy; null when readers are on one. */
function dangerOf({ generations, alias, readers, proofs }: PruneFacts): string | null {
  // Nothing was ever built to its end, so there is nothing to go back to.
  if (!generations.some(({ state }) => completeStates.includes(state))) return null;
  if (readers.kind === 'none') return `readers of "${alias}" are on nothing`;
  if (readers.kind === 'ambiguous')
    return `readers of "${alias}" are not on exactly one generation (${readers.names.join(', ')})`;
  const served = generations.find(({ name }) => name === readers.name);
  if (!served) return `readers of "${alias}" are on ${readers.name}, which this registry does not know`;
  const live = generations.filter(({ state }) => state === 'LIVE');
  for (const generation of new Set([served, ...live])) {
    const fault = faultOf(generation, proofs.get(generation.uuid));
    if (fault !== null) return fault;
  }
  return null;
}

function faultOf(generation: Generation, proof: StorageProof | undefined): string | null {
  const { name, state } = generation;
  const is = state === 'LIVE' ? 'the live generation' : 'the generation readers are on,';
  if (proof === undefined || proof.is === 'gone') return `the index or table of ${is} ${name} is gone`;
  if (proof.is === 'unproven') return `${is} ${name} cannot be proven complete: ${proof.why}`;
  if (!completeStates.includes(state)) return `${is} ${name} is ${state}`;
  if (!isProven(generation)) return `${is} ${name} was never proven complete by a gate`;
  return null;
}

/** A gate has proven its content, or the live feed filled it from the beginning of the log before readers got it. */
function isProven({ state, digest, runId }: Generation): boolean {
  return digest !== null || (runId === null && state === 'LIVE');
}

function neverBuilt({ generations, neverBuilt: never }: PruneFacts) {
  return generations
    .filter(({ uuid }) => never.has(uuid))
    .map((generation) => ({ generation, why: 'never built: no node took its index' }));
}

/** Which generations may go by state and age, and why. Pure. */
export function prunable(
  generations: readonly Generation[],
  { keep, standbyMs, now }: PruneLimits,
): { generation: Generation; why: string }[] {
  const going: { generation: Generation; why: string }[] = [];
  const newestFirst = [...generations].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  let retired = 0;
  let proven = 0;
  for (const generation of newestFirst) {
    const age = now.getTime() - generation.stateChangedAt.getTime();
    if (generation.state === 'GONE') {
      going.push({ generation, why: 'its index or table is gone' });
    } else if (generation.state === 'FAILED' || generation.state === 'ABANDONED') {
      going.push({ generation, why: generation.state.toLowerCase() });
    } else if (generation.state === 'RETIRED') {
      if (++retired > keep) going.push({ generation, why: 'retired' });
    } else if (generation.state === 'VERIFIED') {
      if (++proven > keep) going.push({ generation, why: 'proven, never promoted' });
    } else if (generation.state === 'BUILT' && generation !== newestFirst[0]) {
      going.push({ generation, why: 'refused by the gate, and a later one exists' });
    } else if (generation.state === 'STANDBY' && age > standbyMs) {
      going.push({ generation, why: 'on standby for longer than its time' });
    }
  }
  return going;
}
