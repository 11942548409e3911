import { randomUUID } from 'node:crypto';
import type { Tombstone } from '@reprise/read-model-documents';
import {
  generationName,
  prepareDocument,
  type DocumentToWrite,
  type Fence,
  type GenerationMeta,
  type GenerationName,
  type GenerationStore,
  type Positions,
  type StoredDocument,
} from '@reprise/read-model-indices';

/** A store of one projection that no other test uses, with nothing in it, and what the suite may do to it from outside. */
export interface StoreUnderContract {
  readonly store: GenerationStore;
  /** Where the store was made for another projection than the given one, which no other test may use either. */
  readonly projection?: string;
  /** What the store will never take, made of a document that it takes; left out by a store that takes every document. */
  unacceptable?(document: DocumentToWrite): DocumentToWrite;
  /** Makes the readers' name stand for something other than one generation; left out where it cannot. */
  confuseReaders?(): Promise<void>;
  /** Points somebody else's alias or view at a generation; left out where nobody else can. @returns its name */
  readElsewhere?(name: GenerationName): Promise<string>;
  /** Enters a generation in the registry, for stores that write documents and positions together. */
  enter?(name: GenerationName, meta: GenerationMeta): Promise<EnteredGeneration>;
}

/** A generation in the registry. */
export interface EnteredGeneration {
  /** Of the lease as it is held. */
  readonly fence: Fence;
  /** Of a run that held the lease before. */
  readonly stale: Fence;
  positions(): Promise<Positions>;
}

/**
 * Opens the store to test, once for each test.
 * @param projection a name that no other test has
 */
export type OpenStore = (projection: string) => Opened | Promise<Opened>;
type Opened = GenerationStore | StoreUnderContract;

/** A document every store under contract must be able to keep: `title` is text, `stock` a whole number. */
export interface ContractDocument {
  readonly title: string;
  readonly stock: number;
}

export interface DocumentChanges extends Partial<ContractDocument> {
  readonly id?: string;
  readonly tombstone?: Tombstone;
}

/** A document of the suite at a version, of a new aggregate unless `id` says which. */
export function contractDocument(version: number, changes: DocumentChanges = {}): DocumentToWrite {
  const { id = randomUUID(), tombstone, title = 'Enamel mug', stock = 3 } = changes;
  return prepareDocument({ id, version, tombstone, data: { title, stock } });
}

/** The same document with a field that no storage of the suite declares: what a strict store never takes. */
export function withUndeclaredField(document: DocumentToWrite): DocumentToWrite {
  return { ...document, canonical: `${document.canonical.slice(0, -1)},"unknown":1}` };
}

/** A store under test, and makers of what a test is about. */
export class StoreTest {
  #minted = 0;

  constructor(
    readonly subject: StoreUnderContract,
    readonly projection: string,
  ) {}

  static async open(open: OpenStore): Promise<StoreTest> {
    const projection = `contract_${randomUUID().slice(0, 8)}`;
    const opened = await open(projection);
    const subject = 'store' in opened ? opened : { store: opened };
    return new StoreTest(subject, subject.projection ?? projection);
  }

  get store(): GenerationStore {
    return this.subject.store;
  }

  newName(): GenerationName {
    const at = new Date(Date.UTC(2026, 0, 1) + 1_000 * this.#minted++);
    return generationName(1, this.projection, at, 'c0ffee00');
  }

  newMeta(): GenerationMeta {
    const fingerprint = 'c0ffee00'.repeat(8);
    return { uuid: randomUUID(), projection: this.projection, projectionVersion: 1, fingerprint };
  }

  /** A new, empty generation. */
  async created(meta: GenerationMeta = this.newMeta()): Promise<GenerationName> {
    const name = this.newName();
    await this.store.create(name, meta);
    return name;
  }

  async found(name: GenerationName, { id }: { readonly id: string }): Promise<StoredDocument | undefined> {
    return (await this.store.read(name, [id])).get(id);
  }

  /** The pages of a scan. */
  async scanned(...args: Parameters<GenerationStore['scan']>): Promise<StoredDocument[][]> {
    const pages: StoredDocument[][] = [];
    for await (const page of this.store.scan(...args)) pages.push(page);
    return pages;
  }
}

/** Declares one rule of the contract, which is tried on a store that no other test has. */
export type Rule = (title: string, holds: (test: StoreTest) => Promise<void>) => void;

/** What `read` and `scan` give of a document that was written. */
export function asStored({ id, version, tombstone, canonical, digest }: DocumentToWrite): StoredDocument {
  const document = canonical === '' ? undefined : (JSON.parse(canonical) as StoredDocument['document']);
  return { id, version, tombstone, document, digest };
}
