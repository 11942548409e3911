import type { Projection } from '@reprise/read-model-projections';
import type { AggregateHistory, EventStore } from '@reprise/read-model-feed';
import type { GenerationStore, Registry, ShardPlace } from '@reprise/read-model-indices';
import type { KafkaConnection } from '@reprise/read-model-feed';
import type { Canary } from './gate/gate-canaries.ts';
import { defaultGateLimits, type GateLimits } from './gate/gate.ts';
import type { ProgressReport } from './progress/progress-meter.ts';

export type RebuildMode = 'APPLY' | 'DRY_RUN';
export type SourceChoice = 'kafka' | 'event-store' | 'auto';

/** A part of a rebuild that is shared by several processes. */
export interface Shard extends ShardPlace {
  /** Names what its processes have in common, so that one that is started again knows its build from a later one. */
  readonly job?: string | undefined;
}

/** What to rebuild and how. */
export interface RebuildOptions {
  readonly projection: Projection;
  readonly mode: RebuildMode;
  readonly source: SourceChoice;
  /** Move readers when the gate has passed. */
  readonly promote: boolean;
  /** `auto` resumes an interrupted run when its checkpoint still fits, and otherwise starts over. */
  readonly resume: 'auto' | 'resume' | 'restart';
  /** Documents handed to the store at a time. */
  readonly batchSize: number;
  /** A half-read partition is saved after so many of its events or so many seconds; without either, adaptively, at about 5 % overhead. */
  readonly checkpointEvents?: number;
  readonly checkpointSeconds?: number;
  /** Threads that read and fold slices beside each other; 1 = the process's own thread does everything. */
  readonly workers: number;
  /** URL of a module that exports the projection, alone, in a list or in a bounded context: worker threads load it there. */
  readonly projectionModule?: string;
  /** Whole-process memory to stay within, in bytes. */
  readonly memoryBytes: number;
  readonly gate: GateLimits;
  /** Refuse to move readers to a generation that no running consumer feeds, instead of warning. */
  readonly requireFeeder?: boolean;
  /** Build this part only; the last of all parts to be built finishes the generation. Kafka only, not in a dry run. */
  readonly shard?: Shard | undefined;
  /** Let the gate rehash every document's content instead of trusting the stored hashes. */
  readonly deep?: boolean;
  /** Searches with known results that the gate asks of the new generation. */
  readonly canaries?: readonly Canary[];
  /** Leave out events after this moment: a generation as of then, which nothing feeds and only its name can promote. */
  readonly untilTime?: Date;
  /** Events read per second at most, over all partitions; 0 or left out for no limit. */
  readonly maxEventsPerSecond?: number;
  /** In a dry run: compare with what readers use now, and list so many ids of each kind of difference. */
  readonly diffLimit?: number;
}

/** What a rebuild does unless it is asked for something else. */
export const rebuildDefaults = {
  source: 'kafka',
  promote: true,
  resume: 'auto',
  batchSize: 200,
  workers: 1,
  memoryBytes: 512 << 20,
  gate: defaultGateLimits,
} as const satisfies Partial<RebuildOptions>;

/** The servers and identities a run works with. The caller opens and closes them. */
export interface RebuildServers {
  readonly kafka: KafkaConnection;
  readonly topic: string;
  /** Name of the setting that names the topic, for messages. */
  readonly topicSetting?: string | undefined;
  readonly registry: Registry;
  readonly store: GenerationStore;
  /** One aggregate's events from the event store, to close gaps while catching up; undefined where it is not configured. */
  readonly history: AggregateHistory | undefined;
  /** Read as a role that may read nothing else; needed by the sources `event-store` and `auto`. */
  readonly eventStore: EventStore | undefined;
  /** Called for every fault in reading Kafka that is being waited out. */
  readonly onReadFault?: (reason: string) => void;
}

export interface RebuildControl {
  readonly signal: AbortSignal;
  /** Called every `progressIntervalMs` with what was done so far. */
  readonly onProgress?: (report: ProgressReport) => void;
  readonly progressIntervalMs?: number;
  /** Plain lines for an operator, as things happen. */
  readonly onNotice?: (line: string) => void;
  /** What a server was last heard to fail with: named as the cause when the run stands still. */
  readonly latestFault?: () => string | undefined;
  /**
   * Directory for records beyond the memory and half-read slices, by default the system's for temporary files. They lie in a
   * directory of this account's own there.
   */
  readonly workDirectory?: string;
}
