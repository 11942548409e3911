import type {
  DocumentToWrite,
  GenerationMeta,
  GenerationName,
  GenerationStore,
  StoredDocument,
  WriteResult,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';
import { logOfMemory, storeInMemory } from '@reprise/testing';

export const topicId = logOfMemory.id;
export const projection = productSearch as unknown as Projection;

/** The part of the store in memory that feeding needs, and what can go wrong with it. Generations are made when they are first used. */
export class FaultyStore {
  readonly #memory = storeInMemory(projection);
  readonly #made = new Map<string, Promise<void>>();
  /** Names of generations in the order they were written. */
  readonly writes: string[] = [];
  /** Thrown by writes to the generation of that name. */
  readonly broken = new Map<string, Error>();
  /** Ids of documents that are rejected. */
  readonly unstorable = new Set<string>();
  /** UUIDs of generations that are there, by name; all others are gone. */
  readonly there = new Map<string, string>();

  /** Only the uuid is of interest here. */
  meta(name: string): Promise<GenerationMeta | undefined> {
    const uuid = this.there.get(name);
    return Promise.resolve(uuid === undefined ? undefined : metaOf(uuid));
  }

  list(): Promise<GenerationName[]> {
    return Promise.resolve([...this.there.keys()] as GenerationName[]);
  }

  documentsOf(name: GenerationName): ReadonlyMap<string, StoredDocument> {
    return this.#memory.documentsOf(name);
  }

  async read(name: GenerationName, ids: readonly string[]): Promise<Map<string, StoredDocument>> {
    await this.#make(name);
    return this.#memory.read(name, ids);
  }

  async write(name: GenerationName, documents: readonly DocumentToWrite[]): Promise<WriteResult> {
    const fault = this.broken.get(name);
    if (fault) throw fault;
    this.writes.push(name);
    await this.#make(name);
    const bad = documents.filter(({ id }) => this.unstorable.has(id));
    const result = await this.#memory.write(
      name,
      documents.filter((document) => !bad.includes(document)),
    );
    const rejected = bad.map(({ id, version }) => ({ id, version, reason: 'the store never takes it' }));
    return { ...result, rejected };
  }

  asStore(): GenerationStore {
    return this as unknown as GenerationStore;
  }

  #make(name: GenerationName): Promise<void> {
    const made = this.#made.get(name) ?? this.#memory.create(name, metaOf(name));
    this.#made.set(name, made);
    return made;
  }
}

function metaOf(uuid: string): GenerationMeta {
  return { uuid, projection: projection.name, projectionVersion: projection.version, fingerprint: '' };
}
