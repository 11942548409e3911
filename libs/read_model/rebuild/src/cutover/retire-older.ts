import type { Fence, Generation, GenerationStore, Registry } from '@reprise/read-model-indices';
import type { CutoverRecord } from '../run/receipt.ts';
import { byLatestChange } from './roll-back.ts';

/**
 * After a switch: generations on standby before the one just replaced are no longer fed, and neither are proven ones that the
 * promoted one has overtaken. They are left for `prune`. A generation as of a moment (another fingerprint) is not an older one, and
 * one that an alias or view still reads keeps being fed.
 */
export async function retireOlder(
  { registry, store }: { readonly registry: Registry; readonly store: Pick<GenerationStore, 'readBy'> },
  { promoted, cutover, fence }: { promoted: Generation; cutover: CutoverRecord | undefined; fence: Fence },
): Promise<void> {
  const { projection, fingerprint } = promoted;
  const others = await registry.listGenerations({ projection, states: ['STANDBY', 'VERIFIED'] });
  const readBy = await store.readBy();
  const replaced = others.find(({ name }) => name === cutover?.from) ?? usedLast(others);
  for (const { uuid, name, state, fingerprint: other } of others) {
    if (uuid === replaced?.uuid || name === promoted.name || readBy.has(name)) continue;
    if (state === 'STANDBY' || other === fingerprint)
      await registry.moveGeneration(uuid, ['STANDBY', 'VERIFIED'], 'RETIRED', { fence });
  }
}

/** What readers were on where the switch does not say it: their alias or view was gone, or they were on the promoted one already. */
function usedLast(generations: readonly Generation[]): Generation | undefined {
  return generations.filter(({ state }) => state === 'STANDBY').sort(byLatestChange)[0];
}
