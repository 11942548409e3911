import type { Guard } from './guard.ts';
import { bindingGuards } from './list/bindings.ts';
import { canaryGuards } from './list/canaries.ts';
import { feedingGuards } from './list/feeding.ts';
import { foldingGuards } from './list/folding.ts';
import { leaseGuards } from './list/leases.ts';
import { logGuards } from './list/logs.ts';
import { positionGuards } from './list/positions.ts';
import { readerGuards } from './list/readers.ts';

/** Every guard that docs/reference/guarantees.md names, by promise. */
export const guards: readonly Guard[] = [
  ...leaseGuards,
  ...readerGuards,
  ...logGuards,
  ...foldingGuards,
  ...feedingGuards,
  ...bindingGuards,
  ...positionGuards,
  ...canaryGuards,
].toSorted((one, other) => Number(one.promise.slice(1)) - Number(other.promise.slice(1)));

/**
 * The guards of these ids or promises; all of them when none is named.
 * @throws RangeError for a name that is neither
 */
export function guardsNamed(names: readonly string[]): readonly Guard[] {
  const unknown = names.filter((name) => !guards.some(({ id, promise }) => id === name || promise === name));
  if (unknown.length > 0)
    throw new RangeError(`No guard or promise is called ${unknown.join(', ')}; see --list.`);
  if (names.length === 0) return guards;
  return guards.filter(({ id, promise }) => names.includes(id) || names.includes(promise));
}
