/** The log a contender works on. The topic holds exactly `events` records of `products` products. */
export interface Workload {
  readonly topic: string;
  readonly events: number;
  readonly products: number;
  readonly partitions: number;
}

export type ContenderName = 'fill' | 'hand-written' | 'per-message' | 'reader' | 'writer' | 'rebuild';

/** What a child process is told to do. Servers it finds in its environment, as every process of Reprise does. */
export interface Task {
  readonly contender: ContenderName;
  readonly workload: Workload;
  /** Prefix of every index, alias and consumer group the contender makes: snake case, unique to the run. */
  readonly namespace: string;
  /** A read-model database of the run's own, migrated. */
  readonly readDatabaseUrl: string;
  /** The rebuild ends itself with SIGKILL once this share of the events is read, 0 to 1. */
  readonly killAtShare?: number;
  /** Threads the rebuild reads and folds with; 1 unless told otherwise. */
  readonly workers?: number;
}

/** What a contender measured of its work, without its start-up. */
export interface Measurement {
  readonly seconds: number;
  /** Events that were really processed in that time. */
  readonly events: number;
  /** Documents that were written in that time; undefined where the contender writes none. */
  readonly documents: number | undefined;
  /** Digest of the generation that was built and promoted, where the contender proves one. */
  readonly digest?: string;
  /** Milliseconds by step, where the contender tells. */
  readonly steps?: Readonly<Record<string, number>>;
}

/** What the child answers. */
export type TaskResult =
  | { readonly ok: true; readonly measurement: Measurement; readonly peakBytes: number }
  | { readonly ok: false; readonly message: string };
