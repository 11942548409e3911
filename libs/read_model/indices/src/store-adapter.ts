import type { OwnStorage, StorageDefinition } from '@reprise/read-model-documents';
import type { GenerationStore } from './generation/generation.ts';

/** A fault that is being waited out. Without somebody listening, a store that only waits looks like one that hangs. */
export interface StoreRetry {
  /** What is tried again ("writing to orders_v2_..."). */
  readonly doing: string;
  readonly reason: string;
  /** Failures in a row so far. */
  readonly failures: number;
}

/** What every kind of store is opened with. */
export interface StoreOptions {
  /** Where readers read an index; its projection's name if left out. A table is read through the view of its projection's name. */
  readonly alias?: string | undefined;
  /** How long transient faults of one call are retried, in milliseconds; each store's own default if left out. */
  readonly retryBudgetMs?: number;
  /** How long a write is retried without a single document getting through, in milliseconds. */
  readonly writeRetryBudgetMs?: number;
  /** Called for every fault that is being waited out. */
  readonly onRetry?: ((retry: StoreRetry) => void) | undefined;
}

/** Opens the stores of one kind of storage, over connections that they share. Whoever made it closes it. */
export interface StoreAdapter<Storage extends StorageDefinition = StorageDefinition> {
  open(
    projection: { readonly name: string; readonly storage: Storage },
    options: StoreOptions,
  ): GenerationStore;
  close(): Promise<void>;
}

/** A store of somebody else's making; `close`, where it has one, is called when the process is done with it. */
export type OwnStore = GenerationStore & { close?(): Promise<void> };

/** A store that is no part of Reprise, as a projection's storage. */
export interface OwnStoreDefinition {
  /** Names the kind of store in the registry, in messages and as the store's own `kind`: `own:sqlite`. */
  readonly kind: OwnStorage['kind'];
  /** Bumped by hand when the stored form's meaning changes; shown in the names of generations. */
  readonly schemaVersion: number;
  /** Plain data the store makes its generations from; a change of it asks for a rebuild, as one of a mapping does. */
  readonly definition?: Readonly<Record<string, unknown>>;
  /** Opens the store of one projection. Called once by a process that works with it. */
  open(projection: { readonly name: string }, options: StoreOptions): OwnStore;
}

/** Declares a store of one's making as the storage of a projection: nothing else has to know it. */
export function ownStore(definition: OwnStoreDefinition): OwnStorage {
  return definition;
}
