/** The log a contender works on. The topic holds exactly `events` records of `products` products. */
export interface Workload {
  readonly topic: string;
  readonly events: number;
  readonly products: number;
  readonly partitions: number;
}

export type ContenderName =
  | 'fill'
  | 'fill-store'
  | 'fold'
  | 'hand-written'
  | 'per-message'
  | 'reader'
  | 'store-reader'
  | 'writer'
  | 'rebuild'
  | 'verify'
  | 'index-scan'
  | 'producer'
  | 'bare-insert'
  | 'api-writer';

export type ModelName = 'product_search' | 'product_summary' | 'category_summary';

/** What a child process is asked to do. It finds its servers in its environment, as every Reprise process does. */
export interface Task {
  readonly contender: ContenderName;
  readonly workload: Workload;
  /** Prefix of every index, alias and consumer group the contender makes: snake case, unique to the run. */
  readonly namespace: string;
  /** A read-model database of the run's own, migrated. */
  readonly readDatabaseUrl: string;
  /** A write database of the run's own, for the contenders that write to one. */
  readonly writeDatabaseUrl?: string;
  /** The same database as the role that may read the event store only sees it. */
  readonly eventStoreUrl?: string;
  /** The read model. Default `product_search`. */
  readonly model?: ModelName;
  /** The read models carry their own names, as the live consumer made them, and this is the alias of the search. */
  readonly searchAlias?: string;
  /** Where a rebuild reads. Default `kafka`. */
  readonly source?: 'kafka' | 'event-store';
  /** The rebuild ends itself with SIGKILL once this share of the events is read, 0 to 1. */
  readonly killAtShare?: number;
  /** Threads the rebuild reads and folds with. Default 1. */
  readonly workers?: number;
  /** Memory the rebuild stays within, in bytes. Default 512 MB. */
  readonly memoryBytes?: number;
  /** The rebuild builds this part only, and finishes the generation when it is the last one. */
  readonly shard?: { readonly index: number; readonly of: number };
  /** Verify compares every document's content. */
  readonly deep?: boolean;
  /** Where the product API answers. */
  readonly origin?: string;
  /** Requests or statements in flight at the same time. */
  readonly concurrency?: number;
}

/** A contender's options apart from its log. */
export type TaskOptions = Partial<Omit<Task, 'contender' | 'workload' | 'readDatabaseUrl'>>;

/** What a contender measured of its work, without its start-up. */
export interface Measurement {
  readonly seconds: number;
  /** When that time began, in milliseconds since 1970; where processes that work together have to be compared. */
  readonly startedAt?: number;
  /** Events that were really processed in that time. */
  readonly events: number;
  /** Documents that were written or compared in that time; undefined where the contender touches none. */
  readonly documents: number | undefined;
  /** Digest of the generation that was built and promoted, where the contender proves one. */
  readonly digest?: string;
  /** Milliseconds by step, where the contender reports them. */
  readonly steps?: Readonly<Record<string, number>>;
  /** Bytes a rebuild spilled to disk for lack of memory. */
  readonly spilledBytes?: number;
}

/** What the child answers. */
export type TaskResult =
  | { readonly ok: true; readonly measurement: Measurement; readonly peakBytes: number }
  | { readonly ok: false; readonly message: string };

export type Answer = Extract<TaskResult, { ok: true }>;

/** What the child sends: once that it has loaded everything and waits for its task, then the result. */
export type ChildMessage = { readonly ready: true } | { readonly ready: false; readonly result: TaskResult };
