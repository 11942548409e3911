import type { StorageDefinition } from '@reprise/read-model-documents';
import {
  CutoverConflict,
  DependencyError,
  GenerationConflict,
  isGenerationName,
  type DocumentToWrite,
  type GenerationName,
  type GenerationStore,
  type ReadersTarget,
  type StoredDocument,
} from '@reprise/read-model-indices';
import { GenerationInMemory, type Refusal } from './generation-in-memory.ts';
import type { RegistryInMemory } from './registry-in-memory.ts';

/** A store of one projection's generations, in memory: for tests. */
export interface StoreInMemory extends GenerationStore {
  /** What a generation holds now, by id; nothing where there is none of that name. */
  documentsOf(name: GenerationName): ReadonlyMap<string, StoredDocument>;
  /** Makes the readers' name stand for something other than one generation, as an operator's mistake would. */
  confuseReaders(): void;
  /** Lets readers of another name read a generation. */
  readElsewhere(name: GenerationName, by: string): void;
}

/**
 * Generations of a projection in memory, by every rule of `GenerationStore`; what is written is visible at once. It refuses documents
 * with a field that the projection's storage does not declare, as servers do, and does not look at types.
 *
 * @param registry where documents and positions are written together; without it the store leaves positions to its caller
 */
export function storeInMemory(
  { name: projection, storage }: { readonly name: string; readonly storage: StorageDefinition },
  registry?: RegistryInMemory,
): StoreInMemory {
  const generations = new Map<GenerationName, GenerationInMemory>();
  const others = new Map<GenerationName, string[]>();
  const refusalOf = refusalBy(storage);
  let readers: ReadersTarget = { kind: 'none' };

  /** The generation of that name, after a turn of the loop, as a server would take. */
  async function there(name: GenerationName, signal?: AbortSignal): Promise<GenerationInMemory> {
    signal?.throwIfAborted();
    await Promise.resolve();
    signal?.throwIfAborted();
    const found = generations.get(name);
    if (found) return found;
    const message = `There is no generation ${name} in memory: it was never created, or it was dropped. Nothing was changed.`;
    throw new DependencyError('postgres', message, { absent: true });
  }

  return {
    kind: storage.kind,
    readers: projection,
    assertHealthy: () => Promise.resolve([]),
    async create(name, meta) {
      await Promise.resolve();
      if (generations.has(name))
        throw new GenerationConflict(
          `${name} exists already; it was left as it is. Build under another name.`,
        );
      generations.set(name, new GenerationInMemory(meta, refusalOf));
    },
    meta: (name) => Promise.resolve(generations.get(name)?.meta),
    list: () => Promise.resolve([...generations.keys()].filter((name) => isGenerationName(name, projection))),
    write: async (name, documents, signal) => (await there(name, signal)).write(documents),
    ...(registry && {
      async writeWithPositions(name, documents, { generationUuid, positions, fence, signal }) {
        const generation = await there(name, signal);
        if (fence) registry.assertFence(fence);
        const result = generation.write(documents);
        if (result.rejected.length === 0) await registry.advancePositions(generationUuid, positions);
        return result;
      },
    }),
    read: async (name, ids) => (await there(name)).read(ids),
    observe: async (name, id) => (await there(name)).observe(id),
    correct: async (name, id, observed, document, signal) =>
      (await there(name, signal)).correct(id, observed, document),
    async *scan(name, { batchSize = 1_000, buckets, signal } = {}) {
      const seen = (await there(name, signal)).documents();
      const wanted = buckets ? seen.filter(({ digest }) => buckets.includes(digest.bucket)) : seen;
      for (let at = 0; at < wanted.length; at += batchSize) {
        signal?.throwIfAborted();
        yield wanted.slice(at, at + batchSize);
      }
    },
    refresh: async (name) => void (await there(name)),
    bucketDigests: async (name) => (await there(name)).bucketDigests(),
    counts: async (name) => (await there(name)).counts(),
    finishBuild: async (name, signal) => void (await there(name, signal)),
    observeReaders: () => Promise.resolve(readers),
    readBy() {
      const found = [...generations.keys()].map((name) => {
        const own = readers.kind === 'generation' && readers.name === name ? [projection] : [];
        return [name, [...own, ...(others.get(name) ?? [])]] as const;
      });
      return Promise.resolve(new Map(found.filter(([, by]) => by.length > 0)));
    },
    async switchReaders(from, to) {
      await Promise.resolve();
      const at = readers.kind === 'generation' ? readers.name : undefined;
      if (readers.kind === 'ambiguous' || at !== from || !generations.has(to))
        throw new CutoverConflict(
          `Readers of ${projection} are at ${at ?? `none (${readers.kind})`}, not at ${from ?? 'none'}, or there is no ${to}. ` +
            'They were not moved. Look at them again before the next cutover.',
        );
      readers = { kind: 'generation', name: to };
    },
    async drop(name) {
      await Promise.resolve();
      if (readers.kind === 'generation' && readers.name === name)
        throw new GenerationConflict(
          `${name} was not dropped: readers of ${projection} are pointed at it. Cut over first.`,
        );
      generations.delete(name);
    },
    sizeInBytes: async (name) => (await there(name)).sizeInBytes(),
    documentsOf(name) {
      const documents = generations.get(name)?.documents() ?? [];
      return new Map(documents.map((document) => [document.id, document]));
    },
    confuseReaders: () => void (readers = { kind: 'ambiguous', names: ['one', 'another'] }),
    readElsewhere: (name, by) => void others.set(name, [...(others.get(name) ?? []), by]),
  };
}

/** Refuses documents with a field that is not declared; a store of somebody else declares none. */
function refusalBy(storage: StorageDefinition): Refusal {
  const declared = fieldsOf(storage);
  if (declared === undefined) return () => undefined;
  const fields = new Set(declared);
  return ({ canonical }: DocumentToWrite) => {
    if (canonical === '') return undefined;
    const unknown = Object.keys(JSON.parse(canonical) as object).filter((field) => !fields.has(field));
    return unknown.length > 0 ? `the storage has no field ${unknown.join(', ')}` : undefined;
  };
}

function fieldsOf(storage: StorageDefinition): readonly string[] | undefined {
  switch (storage.kind) {
    case 'elasticsearch':
      return Object.keys(storage.properties);
    case 'postgres':
      return storage.columns.map(({ field }) => field);
    default:
      return undefined;
  }
}
