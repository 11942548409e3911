import type {
  BucketDigest,
  DocumentDigest,
  StorageDefinition,
  Tombstone,
} from '@reprise/read-model-documents';
import type { Fence } from '../registry/leases.ts';

/** Anything JSON can hold. Positions have to be written as text: JSON has no 64-bit integers. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Name of a generation's physical index or table. Minted by `generationName` only, so that no writer can be given an alias. */
export type GenerationName = string & { readonly __brand: 'GenerationName' };

export const generationStates = [
  'BUILDING',
  'BUILT',
  'VERIFIED',
  'LIVE',
  'STANDBY',
  'RETIRED',
  /** Its index or table is gone though nobody pruned it. */
  'GONE',
  'INTERRUPTED',
  'FAILED',
  'ABANDONED',
  'PRUNED',
] as const;
export type GenerationState = (typeof generationStates)[number];

/** States of generations whose build was finished, so that an index or table of them is there: readers may be brought back to it. */
export const completeStates: readonly GenerationState[] = ['BUILT', 'VERIFIED', 'LIVE', 'STANDBY', 'RETIRED'];

/** States in which the live feed keeps a generation up with its log. */
export const fedStates: readonly GenerationState[] = ['VERIFIED', 'LIVE', 'STANDBY'];

/** One physical build of a read model, as the registry knows it. */
export interface Generation {
  readonly uuid: string;
  readonly projection: string;
  readonly name: GenerationName;
  readonly storage: StorageDefinition['kind'];
  /** Hash of storage definition, projection version, version source and topic id (see `fingerprintOf`). */
  readonly fingerprint: string;
  readonly projectionVersion: number;
  readonly topic: string;
  readonly topicId: string;
  /** How many partitions the topic had; null where that was not recorded yet. */
  readonly partitions: number | null;
  readonly state: GenerationState;
  readonly createdAt: Date;
  readonly stateChangedAt: Date;
  /** Content digest the gate proved, once there is one. */
  readonly digest: string | null;
  /** Run that built it. */
  readonly runId: string | null;
}

/** Next offset to read, by partition. A partition that is absent has never been read: position 0. */
export type Positions = ReadonlyMap<number, bigint>;

/** What a generation's index or table says of itself (`mappings._meta`, or the table's comment). */
export interface GenerationMeta {
  readonly uuid: string;
  readonly projection: string;
  readonly projectionVersion: number;
  readonly fingerprint: string;
}

/** A document ready to be written: its canonical JSON is made once and serves as digest input and as stored source. */
export interface DocumentToWrite {
  readonly id: string;
  /** Aggregate version: the external version of the write. */
  readonly version: number;
  readonly tombstone?: Tombstone | undefined;
  /** Canonical JSON of the document; empty where a tombstone has none. */
  readonly canonical: string;
  readonly digest: DocumentDigest;
}

export interface StoredDocument {
  readonly id: string;
  readonly version: number;
  readonly tombstone?: Tombstone | undefined;
  /** The document as the projection made it, without what the store adds; undefined where a tombstone has none. */
  readonly document: Readonly<Record<string, unknown>> | undefined;
  /** As it stands beside the document; one that no content has where something other than a store wrote the document. */
  readonly digest: DocumentDigest;
}

/** A document as it stands at this moment, whatever wrote it, with the store's own mark of that very state. */
export interface ObservedDocument extends Omit<StoredDocument, 'digest'> {
  /** Undefined where something other than a store wrote the document. */
  readonly digest: DocumentDigest | undefined;
  readonly revision: string;
}

export type Correction =
  | { readonly outcome: 'corrected' }
  /** The document is no longer what was observed; nothing was done. */
  | { readonly outcome: 'changed' }
  /** The store will never take the document; what was there still is, unless its version was later: then it is gone. */
  | { readonly outcome: 'rejected'; readonly reason: string };

export interface RejectedDocument {
  readonly id: string;
  readonly version: number;
  /** The store's own error type and reason. */
  readonly reason: string;
}

export interface WriteResult {
  readonly written: number;
  /** Writes that lost to the same or a later version in the store: already applied, no fault. */
  readonly stale: number;
  /** Documents the store will never take (mapping or constraint violations). Nothing else of the batch is lost by them. */
  readonly rejected: readonly RejectedDocument[];
}

export interface GenerationCounts {
  readonly documents: number;
  readonly tombstones: number;
}

/** What readers are pointed at now, observed from the alias or view. */
export type ReadersTarget =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'generation';
      readonly name: GenerationName;
      /** What somebody changed about the alias by hand that readers notice, a text for each; left out when nothing. */
      readonly caveats?: readonly string[];
    }
  /** More than one index behind the alias, or a concrete index of the alias's name: nothing here may be guessed. */
  | { readonly kind: 'ambiguous'; readonly names: readonly string[] };

/** How a generation's index or table stands on its server. */
export interface GenerationCondition {
  /** Why parts of it are on no node, and stay so until somebody changes something; undefined when all of it is there. */
  readonly unallocated: string | undefined;
  /** They never were on one: it has never held anything. */
  readonly neverAllocated: boolean;
  /** What is not as it was created, or as the end of a build leaves it. */
  readonly differences: readonly string[];
}

/** Some documents of a generation, read as its readers do. */
export interface ReadSample {
  readonly documents: number;
  /** What readers would not get as it was written, a text for each document. */
  readonly faults: readonly string[];
}

/** The last canary that a generation was fed in one partition. */
export interface CanaryMark {
  readonly partition: number;
  /** Its offset in that partition. */
  readonly offset: bigint;
  /** Time of its event, RFC 3339 in UTC. */
  readonly sentAt: string;
}

/**
 * Where the canaries of generations are kept: beside their documents, never among them, and gone with the generation. One mark for each
 * partition, so they do not grow.
 */
export interface CanaryStore {
  /** Keeps a mark in the place of an earlier one of its partition; beside a generation that is gone, none. */
  write(name: GenerationName, mark: CanaryMark): Promise<void>;
  /** The mark of a partition by its id, in real time. */
  find(name: GenerationName, partition: number): Promise<CanaryMark | undefined>;
  /** The marks that a search finds: those that were written before the last refresh. */
  search(name: GenerationName): Promise<CanaryMark[]>;
}

/**
 * Where the generations of one projection are kept. Adapters: Elasticsearch indices behind an alias, Postgres tables behind
 * a view. Every method that talks to the server retries transient faults within its budget, then throws `DependencyError`.
 */
export interface GenerationStore {
  readonly kind: StorageDefinition['kind'];
  /** The read alias or view readers use. */
  readonly readers: string;

  /**
   * Health, write blocks and room for a second copy; throws `DependencyError` with the remedy.
   * @returns what is wrong on the server and is not an obstacle, for the operator
   */
  assertHealthy(signal?: AbortSignal): Promise<readonly string[]>;
  /**
   * Creates the empty index or table with its meta, refresh off, no replicas; fails if it exists. What is there afterwards is what
   * was asked for: one that comes out otherwise is deleted again.
   * @throws StoreMisconfigured when the server is set up to make something else of it, or to refuse it
   */
  create(name: GenerationName, meta: GenerationMeta): Promise<void>;
  /** The meta a generation carries, or undefined when there is no such index or table. */
  meta(name: GenerationName): Promise<GenerationMeta | undefined>;
  /**
   * Looks at what is there, not at its documents. The readers' name may point at it. Stores whose server adds nothing
   * leave this member out.
   */
  inspect?(name: GenerationName, meta: GenerationMeta): Promise<GenerationCondition>;
  /** Names of all existing indices or tables that look like generations of this projection. */
  list(): Promise<GenerationName[]>;
  /** Writes whole documents under the version guard. Resolves only when every item is acknowledged or finally rejected. */
  write(
    name: GenerationName,
    documents: readonly DocumentToWrite[],
    signal?: AbortSignal,
  ): Promise<WriteResult>;
  /**
   * Writes documents like `write` and moves the generation's positions forward in one transaction, rolled back together on
   * an error. With rejected documents the others are kept and the positions stay: the caller puts the rejected ones aside, then
   * moves the positions itself. Stores without transactions leave this member out; their caller moves the positions after the
   * write was acknowledged.
   * @throws LeaseLost when `fence` is given and stale
   */
  writeWithPositions?(
    name: GenerationName,
    documents: readonly DocumentToWrite[],
    moved: {
      readonly generationUuid: string;
      readonly positions: Positions;
      readonly fence?: Fence;
      readonly signal?: AbortSignal;
    },
  ): Promise<WriteResult>;
  /** Reads documents by id, in real time (not subject to refresh). Absent ids are absent from the map. */
  read(name: GenerationName, ids: readonly string[]): Promise<Map<string, StoredDocument>>;
  /** One document in real time, also one that `read` could not make sense of. */
  observe(name: GenerationName, id: string): Promise<ObservedDocument | undefined>;
  /**
   * Puts `document` in the place of what was observed, or takes that away, whatever its version and content: the one write
   * that can lower a version. Never replaces a version later than both, so nothing of a feed beside it is lost.
   *
   * The right document for a version is known from the log alone. A repair reads again afterwards: a feed may have
   * built the next version on what was wrong just before it was corrected.
   *
   * @param observed undefined when there was no document
   * @param document undefined to take the observed one away
   */
  correct(
    name: GenerationName,
    id: string,
    observed: ObservedDocument | undefined,
    document: DocumentToWrite | undefined,
    signal?: AbortSignal,
  ): Promise<Correction>;
  /**
   * All documents, or those of some buckets, each once, `batchSize` at a time, from one consistent view of what was visible
   * when the scan began. Documents that something other than a store wrote belong to no bucket and always come along.
   * The order is whatever the store reads fastest: a comparison of two sides keeps the smaller one, a few buckets of it, in memory.
   */
  scan(
    name: GenerationName,
    options?: { batchSize?: number; buckets?: readonly number[]; signal?: AbortSignal },
  ): AsyncIterable<StoredDocument[]>;
  /** Makes everything written visible to `bucketDigests`, `counts` and readers. */
  refresh(name: GenerationName): Promise<void>;
  bucketDigests(name: GenerationName): Promise<BucketDigest[]>;
  counts(name: GenerationName): Promise<GenerationCounts>;
  /**
   * Does beside a build, for what was written so far, what `finishBuild` would have to do for everything at once. Stores that have
   * nothing to do before the end leave this member out.
   */
  settle?(name: GenerationName): Promise<void>;
  /** Ends a build: refresh, replicas and refresh interval (or indexes and statistics) as serving needs them, and waits for them. */
  finishBuild(name: GenerationName, signal?: AbortSignal): Promise<void>;
  /**
   * Ids of the best hits of a query in the store's own language, best first; equal ones by id. Tombstones are not hits, as for
   * readers. Stores that cannot rank leave this member out.
   * @throws SearchRefused when the store does not understand the query
   */
  search?(name: GenerationName, query: JsonObject, top: number, signal?: AbortSignal): Promise<string[]>;
  /**
   * Reads at most `size` documents of a generation at rest as readers would: by id, and by search through its mapping. Stores
   * whose readers see the rows themselves leave this member out.
   */
  sample?(name: GenerationName, size: number, signal?: AbortSignal): Promise<ReadSample>;
  /** Stores that leave this member out show no canaries. */
  readonly canaries?: CanaryStore;
  observeReaders(): Promise<ReadersTarget>;
  /** Every alias or view that reads a generation of this projection, by the generation's name, whatever made it. */
  readBy(): Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * Moves readers from the OBSERVED generation to another in one atomic call (compare-and-swap). What an operator set up about
   * their alias by hand is carried over, or refused where it would mean something else there.
   * @throws CutoverConflict when readers were no longer at `from`; nothing is changed then.
   */
  switchReaders(from: GenerationName | undefined, to: GenerationName): Promise<void>;
  /** Deletes the index or table. Refuses (throws) when readers point at it. */
  drop(name: GenerationName): Promise<void>;
  /** Bytes on disk, as far as the server reports them. */
  sizeInBytes(name: GenerationName): Promise<number>;
}
