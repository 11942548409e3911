import { setTimeout as sleep } from 'node:timers/promises';
import { canaryId, newEventId } from '@reprise/events';
import { type Logger } from '@reprise/runtime';
import pg from 'pg';
import { Counter, type Registry } from 'prom-client';
import { AggregateStore } from '../aggregates/aggregate-store.ts';
import { type WriteDatabase } from '../database/write-database.ts';
import {
  canaryAggregate,
  canaryTable,
  takeTurn,
  type CanaryEvent,
  type CanaryState,
} from './canary-aggregate.ts';

export interface CanaryWriterOptions {
  readonly context: string;
  /** Of its events: `/reprise/orders-api`. */
  readonly source: string;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/**
 * Writes a canary at intervals, each time another one, so that every partition of the log has its turn. Turns are counted from the
 * clock: processes of one write side whose clocks agree write the same canary in the same turn, and only the first of them does, because
 * the row of the canary says whose turn it has had. So nobody has to lead, and any number of processes write as much as one.
 */
export class CanaryWriter {
  readonly #store: AggregateStore<CanaryState, CanaryEvent, never>;
  readonly #options: CanaryWriterOptions;
  readonly #written: Counter<'context'>;
  readonly #failures: Counter<'context'>;

  constructor(database: WriteDatabase, options: CanaryWriterOptions) {
    this.#store = new AggregateStore(database, canaryAggregate);
    this.#options = options;
    const common = { labelNames: ['context' as const], registers: [options.metrics] };
    this.#written = new Counter({
      name: 'canary_written_total',
      help: 'Canaries that this process committed',
      ...common,
    });
    this.#failures = new Counter({
      name: 'canary_write_failures_total',
      help: 'Canaries that this process could not commit',
      ...common,
    });
    for (const counter of [this.#written, this.#failures]) counter.inc({ context: options.context }, 0);
  }

  /** Writes until the signal aborts. A failure is logged and counted, and the next turn is another try. Never rejects. */
  async run(intervalMs: number, signal: AbortSignal): Promise<void> {
    const { context, logger } = this.#options;
    while (!signal.aborted) {
      const now = new Date();
      try {
        if (await this.take(Math.floor(now.getTime() / intervalMs), now)) this.#written.inc({ context });
      } catch (error) {
        this.#failures.inc({ context });
        logger.warn({ err: error }, 'a canary was not written; the next one is in its turn');
      }
      await sleep(intervalMs - (Date.now() % intervalMs), undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Has a turn, at a moment: one transaction of state, event and outbox message.
   * @returns false when another process has had it
   */
  async take(turn: number, time: Date): Promise<boolean> {
    const id = canaryId(turn);
    const eventId = newEventId(time);
    const decide = takeTurn(id, turn, this.#options.source, { eventId, time, correlationId: eventId });
    const isNew = (await this.#store.find(id)) === undefined;
    try {
      const { outcome } = await (isNew
        ? this.#store.create(decide, undefined)
        : this.#store.change(id, 'any', decide, undefined));
      return outcome === 'written';
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.constraint === `${canaryTable}_pkey`) return false;
      throw error;
    }
  }
}
