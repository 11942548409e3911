import { isDocumentId } from '@reprise/read-model-feed';
import type { Generation, GenerationStore } from '@reprise/read-model-indices';
import type { PoisonPlace } from '../fold/slice-tally.ts';
import type { RebuildServers } from '../rebuild-options.ts';

const readAtATime = 1_000;

/**
 * Those of the poison events whose dead letters are resolved: the generation contains the version, or a later one. That is what
 * `dlq list` calls resolved, read from the same place.
 * Not to be asked where versions are positions: a later one says nothing about an earlier one there.
 */
export async function containedIn(
  store: Pick<GenerationStore, 'read'>,
  { name }: Pick<Generation, 'name'>,
  poison: readonly PoisonPlace[],
): Promise<PoisonPlace[]> {
  const ids = [...new Set(poison.flatMap(({ aggregateId }) => aggregateId ?? []))].filter(isDocumentId);
  if (ids.length === 0) return [];
  const versions = new Map<string, number>();
  for (let at = 0; at < ids.length; at += readAtATime)
    for (const [id, { version }] of await store.read(name, ids.slice(at, at + readAtATime)))
      versions.set(id, version);
  return poison.filter(
    ({ aggregateId, version }) => version !== undefined && (versions.get(aggregateId ?? '') ?? 0) >= version,
  );
}

/**
 * The same by the generation readers use now, of records that its feed has passed: one that it has yet to come to is no dead
 * letter so far, and so is none when readers are on another log.
 */
export async function resolvedByReaders(
  { store, registry }: Pick<RebuildServers, 'store' | 'registry'>,
  topicId: string,
  poison: readonly PoisonPlace[],
): Promise<PoisonPlace[]> {
  const named = poison.filter(({ slice, version }) => slice >= 0 && version !== undefined);
  if (named.length === 0) return [];
  const readers = await store.observeReaders();
  const live = readers.kind === 'generation' ? await registry.findGeneration(readers.name) : undefined;
  if (live?.topicId !== topicId) return [];
  const positions = await registry.positions(live.uuid);
  const passed = named.filter(({ slice, position }) => (positions.get(slice) ?? 0n) > BigInt(position));
  return containedIn(store, live, passed);
}
