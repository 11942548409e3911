import { setTimeout as delay } from 'node:timers/promises';
import {
  Leadership,
  LeadershipLostError,
  listenForMessages,
  Wake,
  type LeadershipOptions,
} from '@reprise/outbox';
import { sessionHook, type Logger } from '@reprise/runtime';
import { type Kafka } from 'kafkajs';
import pRetry, { AbortError } from 'p-retry';
import { Pool } from 'pg';
import { abortLater, unlessAborted } from './abort.ts';
import { drain, type WhenEmpty } from './drain.ts';
import { EventLog } from '../event-log/event-log.ts';
import { createKafka } from '../event-log/kafka-client.ts';
import { explained, messageOf, outboxUnusable, RelayError, stoppedWithoutAnswer } from '../relay-errors.ts';
import { type RelaySettings } from './settings.ts';
import { type RelayTelemetry } from '../metrics/telemetry.ts';
import { inspectTopic } from '../event-log/topic.ts';

/**
 * Moves outbox messages to the event log. It works in terms: take the lock, connect to the log, drain, and on any failure give
 * everything, pause and start over, so that a relay that cannot reach the log does not keep another one from publishing.
 */
export class Relay {
  /** Connections for claiming, marking and measuring. */
  readonly outbox: Pool;
  readonly #settings: RelaySettings;
  readonly #logger: Logger;
  readonly #telemetry: RelayTelemetry;
  readonly #kafka: Kafka;
  readonly #acknowledged = new Set<string>();
  #failure: Error | undefined;
  #hasWorked = false;
  #inspecting: Promise<unknown> | undefined;

  constructor(settings: RelaySettings, logger: Logger, telemetry: RelayTelemetry) {
    this.#settings = settings;
    this.#logger = logger;
    this.#telemetry = telemetry;
    this.#kafka = createKafka(settings.kafka, 'outbox-relay', logger);
    this.outbox = new Pool({
      connectionString: settings.writeDatabaseUrl,
      application_name: 'outbox-relay',
      max: 4,
      connectionTimeoutMillis: 5_000,
      query_timeout: 15_000,
      keepAlive: true,
      ...sessionHook(),
    });
    this.outbox.on('error', (error) =>
      logger.warn({ err: error }, 'a connection to the write database broke'),
    );
  }

  /**
   * Publishes until the signal aborts: as leader when the lock is free, as standby until then. Survives every outage.
   *
   * @throws RelayError when a server refuses this process for what it is configured with and it has never worked: a restart with
   * other settings is what helps then. Later the same fault is logged, shown by the readiness check and tried again.
   */
  async run(signal: AbortSignal): Promise<void> {
    const wake = new Wake();
    const whenEmpty: WhenEmpty = { then: 'wait', wake, pollMs: this.#settings.pollMs };
    const stopped = new AbortController();
    const ends = AbortSignal.any([signal, stopped.signal]);
    const listening = listenForMessages(
      wake,
      {
        connectionString: this.#settings.writeDatabaseUrl,
        onFailure: (error) =>
          this.#logger.warn({ err: error }, 'not notified of new events; still polling for them'),
      },
      ends,
    );
    try {
      await Promise.race([this.#terms(whenEmpty, ends), this.#assertAccepted(ends)]);
    } finally {
      stopped.abort();
      await listening;
    }
  }

  async #terms(whenEmpty: WhenEmpty, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pRetry(() => this.#term(whenEmpty, signal), {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: shortestPauseMs,
        maxTimeout: 10_000,
        randomize: true,
        signal,
      }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  }

  /** Checks the log once at the start, also for a standby, which would otherwise find out only at take-over. Else never settles. */
  async #assertAccepted(signal: AbortSignal): Promise<never> {
    try {
      await this.assertEventLogReachable();
    } catch (error) {
      if (!this.#hasWorked && !signal.aborted && isRefused(error)) throw error;
    }
    return new Promise<never>(() => undefined);
  }

  /** The error in the words of the table of connection faults, where it is one. */
  async explain(error: unknown): Promise<Error & { readonly retryable: boolean }> {
    const known = error instanceof RelayError || error instanceof LeadershipLostError;
    return asError(await explained(known ? error : outboxUnusable(error), this.#settings));
  }

  /**
   * Runs one term if no other relay leads: publishes until the outbox holds nothing up to `upTo`.
   *
   * @returns whether this process led
   * @throws LeadershipLostError, RelayError
   */
  async drainOnce(upTo: string, signal: AbortSignal): Promise<boolean> {
    const leadership = await Leadership.tryAcquire(this.#leadershipOptions()).catch(rethrowAsOutboxError);
    if (leadership === undefined) return false;
    await this.#lead(leadership, { then: 'end', upTo }, () => undefined, signal);
    return true;
  }

  /** Passes when the last term did not fail, or a later one works. */
  assertWorking(): Promise<void> {
    return this.#failure === undefined ? Promise.resolve() : Promise.reject(this.#failure);
  }

  /** Passes when the brokers answer and know the topic. Calls that overlap share one look. */
  async assertEventLogReachable(): Promise<void> {
    this.#inspecting ??= inspectTopic(this.#kafka, this.#settings.topic)
      .catch(async (error: unknown) => {
        throw await this.explain(error);
      })
      .finally(() => (this.#inspecting = undefined));
    await this.#inspecting;
  }

  /** Passes when the write database answers. */
  async assertOutboxReachable(): Promise<void> {
    await this.outbox.query('SELECT 1').catch(async (error: unknown) => {
      throw await this.explain(error);
    });
  }

  async close(): Promise<void> {
    await this.outbox.end();
  }

  /**
   * Stands by, leads, and reports what ended it. A term that did some work resolves after a short pause; one that did not
   * throws, so that a lasting outage leads to ever longer pauses.
   */
  async #term(whenEmpty: WhenEmpty, signal: AbortSignal): Promise<void> {
    let worked = false;
    const onWorking = (): void => {
      worked = true;
      this.#hasWorked = true;
      this.#failure = undefined;
    };
    try {
      const leadership = await Leadership.acquire(this.#leadershipOptions(), signal).catch(
        rethrowAsOutboxError,
      );
      await this.#lead(leadership, whenEmpty, onWorking, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = await this.explain(error);
      if (!this.#hasWorked && isRefused(this.#failure)) throw new AbortError(this.#failure);
      this.#logger.error(
        { err: this.#failure },
        'publishing failed; the events stay in the outbox and the relay retries',
      );
      if (!worked) throw this.#failure;
      await delay(shortestPauseMs * (1 + Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }

  async #lead(
    leadership: Leadership,
    whenEmpty: WhenEmpty,
    onWorking: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.#telemetry.leading(true);
    const giveUp = abortLater(signal, stopPatienceMs, stoppedWithoutAnswer());
    let log: EventLog | undefined;
    try {
      const connecting = EventLog.connect(this.#kafka, this.#settings.topic);
      log = await unlessAborted(giveUp.signal, connecting).catch((error: unknown) => {
        void connecting.then((late) => late.close()).catch(() => undefined);
        throw error;
      });
      const work = {
        outbox: this.outbox,
        leadership,
        log,
        telemetry: this.#telemetry,
        batch: { messages: this.#settings.batchSize, bytes: this.#settings.batchBytes },
        acknowledged: this.#acknowledged,
        giveUp: giveUp.signal,
        onWorking,
      };
      await drain(work, whenEmpty, signal);
    } finally {
      giveUp.dispose();
      await log?.close();
      await leadership.release();
      this.#telemetry.leading(false);
    }
  }

  #leadershipOptions(): LeadershipOptions {
    return {
      connectionString: this.#settings.writeDatabaseUrl,
      sessionTimeoutMs: this.#settings.lockTimeoutMs,
      retryMs: this.#settings.lockRetryMs,
      onStandby: () => {
        this.#failure = undefined;
        this.#logger.info('standing by: another relay publishes');
      },
    };
  }
}

const shortestPauseMs = 250;

/** How long a stopping relay waits for the log to answer. Nx kills 5 s after its signal. */
export const stopPatienceMs = 2_500;

function rethrowAsOutboxError(error: unknown): never {
  throw outboxUnusable(error);
}

/** A server that refuses this process: somebody has to change something before it can work. A missing topic may be made any time. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof RelayError && !error.retryable && /^(?:EVENT_LOG|OUTBOX)_UNREACHABLE$/.test(error.code)
  );
}

/** p-retry treats a TypeError as a programming error and stops; a relay has to continue after those as well. */
function asError(error: unknown): Error & { readonly retryable: boolean } {
  if (error instanceof RelayError || error instanceof LeadershipLostError) return error;
  return new RelayError('UNEXPECTED', messageOf(error), { cause: error, retryable: true });
}
