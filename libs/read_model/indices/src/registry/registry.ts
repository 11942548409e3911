import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Generation, GenerationState, JsonObject, Positions } from '../generation/generation.ts';
import { Bindings } from '../binding/bindings.ts';
import { inTransaction } from '../postgres/pool.ts';
import { retrying, type RetryOptions } from '../postgres/retry.ts';
import { AuditLog } from './audit-log.ts';
import { BlockedAggregates } from './blocked-aggregates.ts';
import { DeadLetterActions } from './dead-letter-actions.ts';
import * as feeders from './feeders.ts';
import type { Attachment, LiveFeeder } from './feeders.ts';
import * as generations from './generations.ts';
import type { NewGeneration } from './generations.ts';
import * as leases from './leases.ts';
import type { Fence, HeldLease, LeaseAttempt } from './leases.ts';
import { showPresence, type Presence } from './presence.ts';
import * as runs from './runs.ts';
import type { NewRun, Run, RunEnd } from './runs.ts';
import { RequestedActions } from './requested-actions.ts';
import { ShardedBuilds } from './shards.ts';
import { Verifications } from './verifications.ts';
import { watchGenerations, type Wake } from './watch-generations.ts';

/**
 * The registry of generations, their positions, runs, leases and feeders, in the read-model database. It takes times from the
 * database's clock only. Every call is sent again after a fault of the connection, within the budget, and is idempotent for
 * that; then it throws `DependencyError`. A call under a fence throws `LeaseLost`, and changes nothing, when the fence is stale.
 */
export class Registry {
  readonly audit: AuditLog;
  readonly requested: RequestedActions;
  readonly shards: ShardedBuilds;
  readonly blocked: BlockedAggregates;
  readonly letterActions: DeadLetterActions;
  readonly bindings: Bindings;
  readonly verifications: Verifications;
  readonly #pool: Pool;
  readonly #retry: RetryOptions;

  /** The caller keeps the pool and ends it. */
  constructor(pool: Pool, retry: RetryOptions = {}) {
    this.#pool = pool;
    this.#retry = retry;
    this.audit = new AuditLog(pool, retry);
    this.requested = new RequestedActions(pool, retry);
    this.shards = new ShardedBuilds(pool, retry);
    this.blocked = new BlockedAggregates(pool, retry);
    this.letterActions = new DeadLetterActions(pool, retry);
    this.bindings = new Bindings(pool, retry);
    this.verifications = new Verifications(pool, retry);
  }

  /** Enters a new generation, BUILDING. */
  createGeneration(generation: NewGeneration, fence: Fence): Promise<Generation> {
    return this.#retrying('enter a generation', () =>
      generations.createGeneration(this.#pool, generation, fence),
    );
  }

  /** The generation of that name or uuid. */
  findGeneration(nameOrUuid: string): Promise<Generation | undefined> {
    return this.#retrying('look a generation up', () => generations.findGeneration(this.#pool, nameOrUuid));
  }

  /** Generations that match every part of the filter, newest first. */
  listGenerations(
    filter: {
      readonly projection?: string;
      readonly states?: readonly GenerationState[];
      readonly fingerprint?: string;
    } = {},
  ): Promise<Generation[]> {
    return this.#retrying('list generations', () => generations.listGenerations(this.#pool, filter));
  }

  /**
   * Moves a generation from one of the states `from` to `to` (compare-and-swap), with the digest the gate proved if given.
   * @returns false when it was in none of them; nothing is changed then.
   */
  moveGeneration(
    uuid: string,
    from: readonly GenerationState[],
    to: GenerationState,
    options: { readonly fence?: Fence; readonly digest?: string } = {},
  ): Promise<boolean> {
    const changeId = randomUUID();
    return this.#retrying('change the state of a generation', () =>
      generations.moveGeneration(this.#pool, uuid, from, to, options, changeId),
    );
  }

  /**
   * Records a switch of the readers, in one transaction: `toUuid` LIVE, every other LIVE generation of the projection STANDBY.
   * The alias or view is the truth and this follows it, so it may be called again.
   * @throws UnknownGeneration
   */
  recordCutover(projection: string, toUuid: string, fence?: Fence): Promise<void> {
    return this.#retrying('record the cutover', () =>
      generations.recordCutover(this.#pool, projection, toUuid, fence),
    );
  }

  /** Next offset to read, by partition; partitions never read are absent. */
  positions(uuid: string): Promise<Map<number, bigint>> {
    return this.#retrying('read positions', () => generations.positions(this.#pool, uuid));
  }

  /**
   * Moves positions forward, never back. With `client` it takes part in the caller's transaction, and the caller retries.
   */
  advancePositions(
    uuid: string,
    positions: Positions,
    { fence, client }: { readonly fence?: Fence; readonly client?: PoolClient } = {},
  ): Promise<void> {
    const advance = async (connection: PoolClient) => {
      if (fence !== undefined) await leases.assertFence(connection, fence);
      await generations.advancePositions(connection, uuid, positions);
    };
    if (client !== undefined) return advance(client);
    return this.#retrying('save positions', () =>
      fence === undefined
        ? generations.advancePositions(this.#pool, uuid, positions)
        : inTransaction(this.#pool, advance),
    );
  }

  /** Takes the projection's lease for `ttlMs`, or reports who holds it. */
  acquireLease(
    projection: string,
    request: { readonly runId: string; readonly holder: string; readonly ttlMs: number },
  ): Promise<LeaseAttempt> {
    const acquisition = randomUUID();
    return this.#retrying('take the lease', () =>
      leases.acquireLease(this.#pool, projection, request, acquisition),
    );
  }

  /** Leases that somebody holds now: the projection's own, and those of its shards. */
  heldLeases(projection: string): Promise<HeldLease[]> {
    return this.#retrying('list the leases', () => leases.heldLeases(this.#pool, projection));
  }

  /** Shows the holder of a lease to be alive, so that a killed one can be replaced at once. The caller ends it. */
  showPresence(fence: Fence): Promise<Presence> {
    return this.#retrying('show the presence of the run', () => showPresence(this.#pool, fence));
  }

  /** Keeps the lease for another `ttlMs` from now. @throws LeaseLost when another run took it, or it was released. */
  renewLease(fence: Fence, ttlMs: number): Promise<void> {
    return this.#retrying('renew the lease', () => leases.renewLease(this.#pool, fence, ttlMs));
  }

  /** Gives the lease back; does nothing when it is another's already. */
  releaseLease(fence: Fence): Promise<void> {
    return this.#retrying('release the lease', () => leases.releaseLease(this.#pool, fence));
  }

  /**
   * Checks that the fence is the current one. Before a change outside this database use `renewLease` instead: it gives the
   * time to make it in.
   * @throws LeaseLost
   */
  assertFence(fence: Fence): Promise<void> {
    return this.#retrying('check the lease', () => leases.assertFence(this.#pool, fence));
  }

  /** Enters a run, RUNNING, and marks runs that died under an older token INTERRUPTED. */
  startRun(run: NewRun): Promise<Run> {
    return this.#retrying('enter the run', () => runs.startRun(this.#pool, run));
  }

  /** Saves progress, checkpoint or generation of a run, and reports whether someone asked for it to stop. */
  saveProgress(
    runId: string,
    saved: { readonly progress?: JsonObject; readonly checkpoint?: JsonObject; readonly generation?: string },
    fence?: Fence,
  ): Promise<{ cancelRequested: boolean }> {
    return this.#retrying('save the progress', () => runs.saveProgress(this.#pool, runId, saved, fence));
  }

  /** Ends a run with its result. */
  endRun(runId: string, end: RunEnd, fence?: Fence): Promise<void> {
    return this.#retrying('save the end of the run', () => runs.endRun(this.#pool, runId, end, fence));
  }

  findRun(runId: string): Promise<Run | undefined> {
    return this.#retrying('look a run up', () => runs.findRun(this.#pool, runId));
  }

  /** The latest runs, newest first. */
  listRuns(filter: runs.RunSelection): Promise<Run[]> {
    return this.#retrying('list runs', () => runs.listRuns(this.#pool, filter));
  }

  /** Asks the running run of that id, or those of that projection, to stop: the newest, or undefined when none runs. */
  requestCancel(projectionOrRunId: string): Promise<Run | undefined> {
    return this.#retrying('request the cancellation', () =>
      runs.requestCancel(this.#pool, projectionOrRunId),
    );
  }

  /** The newest run of the projection that can be resumed. Call it under the lease: a run without an end is taken for dead. */
  interruptedRun(projection: string): Promise<Run | undefined> {
    return this.#retrying('look for an interrupted run', () => runs.interruptedRun(this.#pool, projection));
  }

  /** The database's clock, which every time in the registry was taken from. */
  now(): Promise<Date> {
    return this.#retrying('read the clock', async () => {
      const { rows } = await this.#pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      return rows[0]!.now;
    });
  }

  /** Says that a feeder is alive and what it feeds; replaces what its last beat said. */
  beat(feederId: string, attachments: readonly Attachment[]): Promise<void> {
    return this.#retrying('save the heartbeat', () => feeders.beat(this.#pool, feederId, attachments));
  }

  /** Feeders that gave a sign of life within the last `maxAgeMs`. */
  liveFeeders(maxAgeMs: number): Promise<LiveFeeder[]> {
    return this.#retrying('list the feeders', () => feeders.liveFeeders(this.#pool, maxAgeMs));
  }

  removeFeeder(feederId: string): Promise<void> {
    return this.#retrying('take the feeder out', () => feeders.removeFeeder(this.#pool, feederId));
  }

  /** Wakes its reader when a generation is entered or changes its state, and every `pollMs` (default 1,000). */
  watchGenerations(options: {
    readonly signal: AbortSignal;
    readonly pollMs?: number;
  }): AsyncGenerator<Wake, void, void> {
    return watchGenerations(this.#pool, options);
  }

  #retrying<T>(what: string, operation: () => Promise<T>): Promise<T> {
    return retrying(this.#pool, what, operation, this.#retry);
  }
}
