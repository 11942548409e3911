import { storableText } from '@reprise/events';
import type { BlockedEvents } from '@reprise/read-model-feed';
import type { GenerationStore, Registry } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import {
  repairAggregate,
  runRepairWorker,
  type PermanentHistory,
  type RepairQueue,
  type RepairTaskWork,
} from '@reprise/read-model-repair';
import type { Logger } from '@reprise/runtime';
import { commandLine } from '@reprise/runtime/commands';
import type { RepairMetrics } from './repair-metrics.ts';

export interface RepairWorkerInput {
  readonly queue: RepairQueue;
  readonly registry: Registry;
  readonly models: readonly { readonly projection: Projection; readonly store: GenerationStore }[];
  readonly history: PermanentHistory;
  readonly holder: string;
  readonly tasksPerSecond: number;
  readonly leaseMs: number;
  readonly metrics: RepairMetrics;
  readonly logger: Logger;
}

/** Drains the repair queue beside the live feed and independently of it, and fills it with what stopped that. */
export class RepairWorker {
  readonly #input: RepairWorkerInput;

  constructor(input: RepairWorkerInput) {
    this.#input = input;
  }

  /** Works on tasks until the signal aborts; those in progress are put back untouched before it resolves. */
  run(signal: AbortSignal): Promise<void> {
    const { queue, models, holder, tasksPerSecond, leaseMs, metrics, logger } = this.#input;
    const projections = models.map(({ projection }) => projection);
    return runRepairWorker(
      {
        queue,
        repair: this.#repair,
        projections,
        holder,
        tasksPerSecond,
        leaseMs,
        onRepaired: ({ projection, aggregateId, reason }, documents) => {
          metrics.repaired();
          const faults = documents.flatMap(({ fault }) => fault ?? []);
          logger.info({ projection, aggregateId, reason, faults }, 'aggregate repaired');
        },
        onFailed: ({ projection, aggregateId, attempts }, error, state) => {
          metrics.failed();
          const task = { err: error, projection, aggregateId, attempts };
          if (state === 'FAILED')
            logger.error(task, `repair abandoned; see: ${commandLine.repairQueue('all')}`);
          else logger.warn(task, 'repair failed; retrying');
        },
        onFault: (error) => logger.error({ err: error }, 'the repair queue is unavailable'),
      },
      signal,
    );
  }

  #aggregateOf(name: string): string {
    return this.#input.models.find(({ projection }) => projection.name === name)!.projection.aggregate;
  }

  /** Asks for the repair of aggregates that stopped the live feed. */
  async request(blocked: readonly BlockedEvents[]): Promise<void> {
    const { queue, metrics, logger } = this.#input;
    const { refused, unstorable } = await queue.add(
      blocked.map(({ projection, projectionVersion, aggregateId, version, reason }) => ({
        projection,
        projectionVersion,
        aggregateType: this.#aggregateOf(projection),
        aggregateId,
        reason: reason === 'version-gap' ? 'gap' : 'dead-letter',
        error: `version ${version} could not be applied: ${reason}`,
      })),
    );
    if (unstorable.length > 0) {
      const first = storableText(unstorable[0]!.aggregateId);
      logger.error(
        { unstorable: unstorable.length, first },
        'events name aggregates by ids that no document can have; there is nothing to repair: see ' +
          commandLine.listDeadLetters(),
      );
    }
    if (refused.length === 0) return;
    metrics.refused(refused.length);
    logger.error(
      { refused: refused.length, first: refused[0]?.aggregateId, limit: queue.maxTasks },
      'the repair queue is full and refused some tasks; once there is room, run: ' +
        commandLine.verifyAndRepair('all'),
    );
  }

  readonly #repair: RepairTaskWork = (task, signal) => {
    const { models, registry, history } = this.#input;
    const model = models.find(({ projection }) => projection.name === task.projection);
    if (!model) throw new RangeError(`no projection is named ${task.projection}`);
    return repairAggregate({ ...model, registry, history }, task.aggregateId, signal);
  };
}
