import { randomUUID } from 'node:crypto';
import type {
  DocumentToWrite,
  GenerationMeta,
  GenerationName,
  GenerationStore,
  StoredDocument,
} from '../generation.ts';
import { generationName } from '../generation-name.ts';
import { versioned, type SelfDescribing } from '../../testing/versioned.ts';
import { prepareDocument } from '../prepare-document.ts';

/** A document every store under contract must be able to keep: `title` is text, `stock` an integer. */
export interface ContractDocument extends SelfDescribing {
  readonly title: string;
  readonly stock: number;
}

/** What a store brings to be put under contract. Made once for the suite; every test makes its own generations in it. */
export interface StoreUnderContract {
  readonly store: GenerationStore;
  /** Projection the store was made for; no other test may use it. */
  readonly projection: string;
  /** A document of that id and version that the store will never take, whatever its state. */
  unacceptable(id: string, version: number): DocumentToWrite;
  /** Makes the readers' name stand for something other than one generation, as an operator's mistake would. */
  confuseReaders(): Promise<void>;
  /** Points an alias or view of somebody else's at a generation. @returns its name */
  readElsewhere(name: GenerationName): Promise<string>;
  /** Takes readers off every generation, those of `readElsewhere` too, so that the next test finds none. */
  releaseReaders(): Promise<void>;
}

export function contractDocument(version: number, changes: Partial<ContractDocument> = {}): DocumentToWrite {
  const document: ContractDocument = {
    productId: randomUUID(),
    version,
    status: 'draft',
    title: 'Enamel mug',
    stock: 3,
    ...changes,
  };
  return prepareDocument(versioned(document));
}

/** What the parts of the contract share: the store, and the makers of what its tests are about. */
export class ContractContext {
  subject!: StoreUnderContract;
  #minted = 0;

  get store(): GenerationStore {
    return this.subject.store;
  }

  newName(): GenerationName {
    const at = new Date(Date.UTC(2026, 0, 1) + 1_000 * this.#minted++);
    return generationName(1, this.subject.projection, at, 'c0ffee00');
  }

  metaOf(): GenerationMeta {
    const fingerprint = 'c0ffee00'.repeat(8);
    return { uuid: randomUUID(), projection: this.subject.projection, projectionVersion: 1, fingerprint };
  }

  async created(): Promise<GenerationName> {
    const name = this.newName();
    await this.store.create(name, this.metaOf());
    return name;
  }

  async only(name: GenerationName, { id }: DocumentToWrite): Promise<StoredDocument | undefined> {
    return (await this.store.read(name, [id])).get(id);
  }

  async scanned(...args: Parameters<GenerationStore['scan']>): Promise<StoredDocument[][]> {
    const pages: StoredDocument[][] = [];
    for await (const page of this.store.scan(...args)) pages.push(page);
    return pages;
  }
}
