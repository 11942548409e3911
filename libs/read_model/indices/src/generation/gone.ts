import { completeStates, type Generation, type GenerationStore } from './generation.ts';
import type { Registry } from '../registry/registry.ts';
import type { Fence } from '../registry/leases.ts';

export interface GoneServers {
  readonly registry: Pick<Registry, 'listGenerations' | 'moveGeneration'>;
  readonly store: Pick<GenerationStore, 'meta' | 'list'>;
}

/** Whether a generation's index or table is not there, or is another generation's by now. Asks the server. */
export async function isGone(
  store: Pick<GenerationStore, 'meta' | 'list'>,
  { name, uuid }: Pick<Generation, 'name' | 'uuid'>,
): Promise<boolean> {
  const meta = await store.meta(name);
  if (meta !== undefined) return meta.uuid !== uuid;
  // An index whose mark somebody removed is still there.
  return !(await store.list()).includes(name);
}

/**
 * Takes a generation whose index or table is gone out of the states that are fed: it becomes GONE, for good. Only where another
 * generation of the read model is there: a server that has none of them may be the wrong one, or may have just been wiped.
 *
 * @returns `there` when it is not gone; `entered` when it is GONE now; `alone` when it is gone and nothing else is there either
 * @throws DependencyError when the store cannot say
 */
export async function enterGone(
  { registry, store }: GoneServers,
  generation: Pick<Generation, 'name' | 'uuid' | 'projection'>,
  fence?: Fence,
): Promise<'there' | 'entered' | 'alone'> {
  if (!(await isGone(store, generation))) return 'there';
  const { projection, uuid } = generation;
  for (const other of await registry.listGenerations({ projection, states: completeStates })) {
    if (other.uuid === uuid || (await store.meta(other.name))?.uuid !== other.uuid) continue;
    await registry.moveGeneration(uuid, completeStates, 'GONE', fence && { fence });
    return 'entered';
  }
  return 'alone';
}
