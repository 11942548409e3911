import type {
  Cancellation,
  CutoverRecord,
  NamedPromotion,
  Plan,
  PlanRequest,
  PruneResult,
  Receipt,
  VerifyReport,
} from '@reprise/read-model-rebuild';
import type { DrainedQueue, NamedRepairs, RequestedRepairs } from '@reprise/read-model-repair';
import type { ReadModelStatus } from '@reprise/read-model-status';
import type {
  LiveRequest,
  PromoteRequest,
  PruneRequest,
  RebuildRequest,
  RollbackRequest,
  StatusRequest,
  Stoppable,
  VerifyRequest,
} from './options.ts';

/** What a comparison found, and what the repair queue made of it; null where no repair was asked for. */
export type Verification = VerifyReport & { readonly repair: RequestedRepairs | null };

/**
 * All that is done with the read models of a definition. Expected outcomes are returned, such as a gate that refuses; what prevents the
 * work is thrown: `ConfigurationError`, `ReadModelNotMigrated`, `BoundElsewhere`, `RebuildError` and `DependencyError` by every method that
 * opens servers, and those that a method names. Nothing is changed then.
 */
export interface Reprise<Name extends string = string> {
  /** What a rebuild would come to. Reads only, and needs no right to write. */
  plan(projection: Name, request?: PlanRequest): Promise<Plan>;
  /**
   * Builds a new generation from the log, proves it complete and moves readers to it. Safe to kill at any point.
   * @returns the receipt, also when the gate refused, or the run failed or was cancelled: `outcome` and `message` say which
   */
  rebuild(projection: Name, request?: RebuildRequest): Promise<Receipt>;
  /**
   * Puts a generation to the gate again and moves readers to it.
   * @param generation its name or uuid
   * @returns with `cutover: null` when the gate refused
   */
  promote(projection: Name, generation: string, request?: PromoteRequest): Promise<NamedPromotion>;
  /** Moves readers back to the generation they used before, which has been kept fed. @throws CutoverConflict */
  rollback(projection: Name, request?: RollbackRequest): Promise<CutoverRecord>;
  /** What readers are served, from which generation, how fresh, and what to do about it. Reads only. */
  status(projections?: Name | readonly Name[], request?: StatusRequest): Promise<ReadModelStatus[]>;
  /** Compares what readers are served with the fold of the log. Changes no document. */
  verify(projection: Name, request?: VerifyRequest): Promise<Verification>;
  /** Rebuilds the documents of these aggregates in every generation that is fed. @throws NothingFed */
  repair(
    projection: Name,
    request: Stoppable & { readonly aggregateIds: readonly string[] },
  ): Promise<NamedRepairs>;
  /** Does every repair in the queue of the projection. */
  repair(projection: Name, request?: Stoppable): Promise<DrainedQueue>;
  /** Deletes generations that nobody reads. @returns with `danger` when readers are on none that is complete; nothing was deleted then */
  prune(projection: Name, request?: PruneRequest): Promise<PruneResult>;
  /** Asks the running rebuild of a projection, in whatever process, to save what it has done and end. */
  cancel(projection: Name): Promise<Cancellation>;
  /**
   * Feeds the read models of every context from its log until the signal aborts; the batches in flight are finished before it resolves.
   * It waits for servers that are away, and a context that cannot be fed does not keep the others from being fed.
   * @throws ReadModelNotMigrated and BoundElsewhere before anything is fed; TopicMissing and DependencyError where no context can be
   */
  live(request?: LiveRequest): Promise<void>;
  /** Closes all connections. What still runs fails; a live feed has its own and ends with its signal. */
  close(): Promise<void>;
}
