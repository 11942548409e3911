import {
  fingerprintOf,
  generationName,
  type DocumentToWrite,
  type Generation,
  type GenerationMeta,
  type GenerationName,
  type GenerationState,
  type GenerationStore,
  type Positions,
  type StoredDocument,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';

export const topicId = 'a-topic';
export const projection = productSearch as unknown as Projection;

/** What a fold needs of a store, in memory, under the version guard. For unit tests only; users have servers. */
export class StoreInMemory {
  readonly documents = new Map<string, Map<string, DocumentToWrite>>();
  /** Names of generations in the order they were written. */
  readonly writes: string[] = [];
  /** Thrown by writes to the generation of that name. */
  readonly broken = new Map<string, Error>();
  readonly unstorable = new Set<string>();
  /** Generations that are there; all others are gone. */
  readonly there = new Map<string, string>();

  /** Only the uuid is of interest in memory. */
  meta(name: string): Promise<GenerationMeta | undefined> {
    const uuid = this.there.get(name);
    return Promise.resolve(uuid === undefined ? undefined : ({ uuid } as GenerationMeta));
  }

  list(): Promise<GenerationName[]> {
    return Promise.resolve([...this.there.keys()] as GenerationName[]);
  }

  read(name: string, ids: readonly string[]): Promise<Map<string, StoredDocument>> {
    const held = this.documents.get(name);
    const found = ids.flatMap((id) => held?.get(id) ?? []);
    return Promise.resolve(new Map(found.map((written) => [written.id, asStored(written)])));
  }

  write(name: string, documents: readonly DocumentToWrite[]) {
    const fault = this.broken.get(name);
    if (fault) return Promise.reject(fault);
    this.writes.push(name);
    const held = this.documents.get(name) ?? new Map<string, DocumentToWrite>();
    this.documents.set(name, held);
    const rejected = documents.filter(({ id }) => this.unstorable.has(id));
    for (const document of documents) {
      if (!this.unstorable.has(document.id) && (held.get(document.id)?.version ?? 0) < document.version)
        held.set(document.id, document);
    }
    return Promise.resolve({
      written: documents.length - rejected.length,
      stale: 0,
      rejected: rejected.map(({ id, version }) => ({ id, version, reason: 'the store never takes it' })),
    });
  }

  asStore(): GenerationStore {
    return this as unknown as GenerationStore;
  }
}

function asStored({ id, version, tombstone, canonical, digest }: DocumentToWrite): StoredDocument {
  const document = canonical === '' ? undefined : (JSON.parse(canonical) as Record<string, unknown>);
  return { id, version, tombstone, document, digest };
}

/** The registry's part in feeding, in memory. */
export class RegistryInMemory {
  readonly held = new Map<string, Map<number, bigint>>();
  generations: Generation[] = [];

  add(state: GenerationState, positions: Positions = new Map()): Generation {
    const uuid = `00000000-0000-4000-8000-${String(this.generations.length).padStart(12, '0')}`;
    const { name: projectionName, version: projectionVersion, storage } = projection;
    const fingerprint = fingerprintOf(projection, topicId);
    const at = new Date(1_000 * this.generations.length);
    const generation: Generation = {
      uuid,
      projection: projectionName,
      name: generationName(1, projectionName, at, fingerprint),
      storage: storage.kind,
      fingerprint,
      projectionVersion,
      topic: 'events',
      topicId,
      partitions: 1,
      state,
      createdAt: at,
      stateChangedAt: at,
      digest: null,
      runId: null,
    };
    this.generations.push(generation);
    this.held.set(uuid, new Map(positions));
    return generation;
  }

  listGenerations(filter: { states?: readonly GenerationState[] }): Promise<Generation[]> {
    return Promise.resolve(this.generations.filter(({ state }) => filter.states?.includes(state) ?? true));
  }

  moveGeneration(uuid: string, from: readonly GenerationState[], to: GenerationState): Promise<boolean> {
    const moved = this.generations.find((one) => one.uuid === uuid && from.includes(one.state));
    this.generations = this.generations.map((one) => (one === moved ? { ...one, state: to } : one));
    return Promise.resolve(moved !== undefined);
  }

  positions(uuid: string): Promise<Map<number, bigint>> {
    return Promise.resolve(new Map(this.held.get(uuid)));
  }

  advancePositions(uuid: string, to: Positions): Promise<void> {
    for (const [partition, position] of to) this.held.get(uuid)?.set(partition, position);
    return Promise.resolve();
  }
}
