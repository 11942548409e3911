import type { Generation, GenerationStore } from './generation.ts';

/**
 * Deletes a generation's index or table, if what stands under its name is this very generation: another registry on the same
 * server may have made its own under it.
 */
export async function dropOwn(
  store: Pick<GenerationStore, 'meta' | 'drop'>,
  { uuid, name }: Pick<Generation, 'uuid' | 'name'>,
): Promise<void> {
  if ((await store.meta(name))?.uuid === uuid) await store.drop(name);
}
