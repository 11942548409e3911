import type { Fence, Generation, GenerationStore, Registry } from '@reprise/read-model-indices';
import type { CutoverRecord } from '../run/receipt.ts';

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
  for (const { uuid, name, state, fingerprint: other } of others) {
    if (name === cutover?.from || name === promoted.name || readBy.has(name)) continue;
    if (state === 'STANDBY' || other === fingerprint)
      await registry.moveGeneration(uuid, ['STANDBY', 'VERIFIED'], 'RETIRED', { fence });
  }
}
