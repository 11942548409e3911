import { randomUUID } from 'node:crypto';
import type { StorageDefinition } from '@reprise/read-model-documents';
import type { LogNow } from '../binding/same-log.ts';
import type { Fence } from '../registry/leases.ts';
import type { Registry } from '../registry/registry.ts';
import { generationName } from './generation-name.ts';
import type { Generation, GenerationMeta, GenerationStore } from './generation.ts';

/** What a new generation is made of. */
export interface GenerationToEnter {
  readonly projection: {
    readonly name: string;
    readonly version: number;
    readonly storage: StorageDefinition;
  };
  readonly topic: LogNow;
  readonly fingerprint: string;
  /** Run that builds it; null for one that the live feed fills. */
  readonly runId: string | null;
  readonly now: Date;
}

/** Enters a new generation, BUILDING, under a name that nothing has. Its index or table is still to be made: `metaOf` is for that. */
export async function enterGeneration(
  { registry, store }: { readonly registry: Registry; readonly store: GenerationStore },
  { projection, topic, fingerprint, runId, now }: GenerationToEnter,
  fence: Fence,
): Promise<Generation> {
  const { name: projectionName, version: projectionVersion, storage } = projection;
  const known = await registry.listGenerations({ projection: projectionName });
  const taken = new Set<string>([...(await store.list()), ...known.map(({ name }) => name)]);
  const name = generationName(storage.schemaVersion, projectionName, now, fingerprint, (candidate) =>
    taken.has(candidate),
  );
  return registry.createGeneration(
    {
      uuid: randomUUID(),
      projection: projectionName,
      name,
      storage: storage.kind,
      fingerprint,
      projectionVersion,
      topic: topic.name,
      topicId: topic.id,
      partitions: topic.partitions.length,
      runId,
    },
    fence,
  );
}

/** What the index or table of a generation is made to say of itself. */
export function metaOf({ uuid, projection, projectionVersion, fingerprint }: Generation): GenerationMeta {
  return { uuid, projection, projectionVersion, fingerprint };
}
