import type { LiveLimits } from '@reprise/read-model-live';
import type { GateLimits, ProgressReport, RebuildOptions } from '@reprise/read-model-rebuild';
import type { GivenServers } from '@reprise/read-model-servers';
import type { Logger } from '@reprise/runtime';

/** Where the servers are, and who hears of the work. Servers that are left out are read from environment variables. */
export interface RepriseOptions extends GivenServers {
  /** The environment variables. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** `import.meta.url` of the module that exports the definition by default; `workers` load the projections there. */
  readonly module?: string;
  /** A pino logger. Nothing is logged without one. */
  readonly logger?: Logger;
  /** Stops whatever runs when it aborts. A rebuild saves what it has done. */
  readonly signal?: AbortSignal;
  /** Called about every second with what a rebuild or plan has done so far. */
  readonly onProgress?: (projection: string, report: ProgressReport) => void;
  /** Called with lines worth showing to whoever waits for it. */
  readonly onNotice?: (projection: string, line: string) => void;
}

/** Stops one piece of work. */
export interface Stoppable {
  readonly signal?: AbortSignal;
}

type Asked = 'source' | 'batchSize' | 'workers' | 'memoryBytes' | 'untilTime' | 'maxEventsPerSecond';

/** What can be asked of a rebuild beside its projection; all of it has defaults. */
export interface RebuildRequest
  extends
    Stoppable,
    Partial<Pick<RebuildOptions, Asked | 'promote' | 'resume' | 'canaries' | 'deep' | 'requireFeeder'>> {
  readonly gate?: Partial<GateLimits>;
  /** Where half-read partitions and records beyond the memory lie. Default: the system's directory for temporary files. */
  readonly workDirectory?: string;
}

/** What can be asked of a promotion beside the generation. */
export interface PromoteRequest
  extends Stoppable, Partial<Pick<RebuildOptions, 'canaries' | 'deep' | 'requireFeeder'>> {
  readonly gate?: Partial<GateLimits>;
}

export interface RollbackRequest extends Stoppable {
  /** Name of the generation on standby to go to. */
  readonly to?: string;
  /** Also go to a later generation, which an earlier rollback took readers off. */
  readonly again?: boolean;
}

export interface VerifyRequest extends Stoppable {
  readonly aggregateIds?: readonly string[];
  readonly source?: 'kafka' | 'event-store';
  /** Compare the content of every document, not only where digests differ. */
  readonly deep?: boolean;
  /** Put every document that drifts into the repair queue. */
  readonly repair?: boolean;
  /** Documents listed for each kind of difference. Default 20. */
  readonly limit?: number;
  readonly memoryBytes?: number;
  readonly maxLagMs?: number;
}

export interface LiveRequest extends Stoppable {
  /** Called once, when every context is fed. */
  readonly onReady?: () => void;
  /** Those left out have the defaults of their environment variables. */
  readonly limits?: Partial<LiveLimits>;
}

export interface PruneRequest {
  /** Retired generations to keep, and as many never promoted. Default 1. */
  readonly keep?: number;
  /** Hours a generation on standby is kept after the cutover. Default 24. */
  readonly standbyHours?: number;
  /** Only say what would go. */
  readonly dryRun?: boolean;
}

export interface StatusRequest {
  /** Age of the oldest event that readers may lack, in milliseconds. Default 30 s. */
  readonly maxLagMs?: number;
  /** How long one server is waited for, in milliseconds. Default 3 s. */
  readonly withinMs?: number;
}
