import { completeStates, type Generation, type GenerationName } from '@reprise/read-model-indices';

/** Stored under a generation's name, and owned by no entry of the registry, or by one that was pruned already. */
export function orphansOf(
  stored: readonly GenerationName[],
  known: readonly Pick<Generation, 'name' | 'state'>[],
): GenerationName[] {
  const owned = new Set(known.filter(({ state }) => state !== 'PRUNED').map(({ name }) => name));
  return stored.filter((name) => !owned.has(name));
}

/** Entered in the registry as something that is there, and not stored. */
export function missingOf(
  stored: readonly GenerationName[],
  known: readonly Pick<Generation, 'name' | 'state'>[],
): GenerationName[] {
  const there = new Set(stored);
  // A generation that was abandoned or failed before its index or table was made has none to miss.
  return known
    .filter(({ name, state }) => completeStates.includes(state) && !there.has(name))
    .map(({ name }) => name);
}
