import { setTimeout as delay } from 'node:timers/promises';
import { type Client } from 'pg';
import { closeSession, connectSession, sessionClient } from './connection.ts';
import { leads, sessionSettings, tryLead } from './leader-lock.ts';

export interface LeadershipOptions {
  /** Must reach one Postgres session from end to end: a pooler in transaction mode cannot hold the lock. */
  readonly connectionString: string;
  /** The database ends the session, and so frees the lock, after this long without a sign of life from the holder. Default 10 s. */
  readonly sessionTimeoutMs?: number;
  /** How often a standby asks for the lock. Default 1 s. */
  readonly retryMs?: number;
  /** Called once when a wait begins because another process leads. */
  readonly onStandby?: () => void;
}

/** This process is not, or no longer, the one that may publish. */
export class LeadershipLostError extends Error {
  readonly code = 'LEADERSHIP_LOST';
  readonly retryable = true;

  constructor(reason: string, options?: ErrorOptions) {
    super(`another relay may publish now: ${reason}`, options);
    this.name = 'LeadershipLostError';
  }
}

/**
 * The right to publish: the lock of a table that only relays may lock, in a transaction that stays open on its own connection.
 *
 * Postgres frees the lock when the session ends. A holder that is stopped, cut off or hung gives no sign of life, so the
 * session's own timeouts (Postgres 14 or newer) end it and a standby takes over. The former holder finds its session
 * gone at its next {@link assertHeld}; what it had sent by then can only be what the new holder sends too.
 */
export class Leadership {
  /** Aborts as soon as this process learns that the lock is gone. */
  readonly lost: AbortSignal;
  readonly #client: Client;
  readonly #lost = new AbortController();
  readonly #freshMs: number;
  readonly #heartbeat: NodeJS.Timeout;
  /** The session answers one question at a time. */
  #asked: Promise<void> = Promise.resolve();

  private constructor(client: Client, sessionTimeoutMs: number) {
    this.#client = client;
    this.lost = this.#lost.signal;
    this.#freshMs = sessionTimeoutMs / 2;
    client.on('error', (error) => this.#lose(error.message, error));
    client.on('end', () => this.#lose('the session that holds the lock was closed'));
    this.#heartbeat = setInterval(() => void this.assertHeld().catch(() => undefined), sessionTimeoutMs / 5);
    this.#heartbeat.unref();
  }

  /**
   * Waits until this process is the leader.
   *
   * @param signal ends the wait; its reason is then thrown
   * @throws the database's error when it cannot be reached; the caller decides when to try again
   */
  static async acquire(options: LeadershipOptions, signal: AbortSignal): Promise<Leadership> {
    const leadership = await Leadership.#ask(options, async (tryLock) => {
      if (await tryLock()) return true;
      options.onStandby?.();
      do await delay(options.retryMs ?? 1_000, undefined, { signal });
      while (!(await tryLock()));
      return true;
    });
    if (leadership === undefined) throw new LeadershipLostError('the lock was not granted');
    return leadership;
  }

  /** @returns undefined when another process is the leader */
  static tryAcquire(options: LeadershipOptions): Promise<Leadership | undefined> {
    return Leadership.#ask(options, (tryLock) => tryLock());
  }

  static async #ask(
    options: LeadershipOptions,
    ask: (tryLock: () => Promise<boolean>) => Promise<boolean>,
  ): Promise<Leadership | undefined> {
    const { connectionString, sessionTimeoutMs = 10_000 } = options;
    const timeout = { connectionTimeoutMillis: sessionTimeoutMs / 2, query_timeout: sessionTimeoutMs / 2 };
    const client = sessionClient(connectionString, 'leadership', timeout);
    try {
      await connectSession(client, sessionSettings(sessionTimeoutMs));
      if (await ask(() => tryLead(client))) return new Leadership(client, sessionTimeoutMs);
    } catch (error) {
      await closeSession(client);
      throw error;
    }
    await closeSession(client);
    return undefined;
  }

  /**
   * The fence: checked before each send. It passes only if the session that took the lock answered that it still holds it, and
   * the answer is too fresh for the session to have timed out since. A process that was stopped while it waited for the answer
   * asks again.
   *
   * @throws LeadershipLostError from the first doubt on, for good
   */
  assertHeld(): Promise<void> {
    const asked = this.#asked.then(() => this.#assertHeld());
    this.#asked = asked.catch(() => undefined);
    return asked;
  }

  async #assertHeld(): Promise<void> {
    for (;;) {
      if (this.lost.aborted) throw this.lost.reason;
      const askedAt = performance.now();
      const held = await this.#askSession();
      if (!held) throw this.#lose('the session no longer holds the lock');
      if (performance.now() - askedAt < this.#freshMs) return;
    }
  }

  /** Releases the lock. The next standby to ask gets it. */
  async release(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#lose('this relay released it');
    await closeSession(this.#client);
  }

  async #askSession(): Promise<boolean> {
    try {
      return await leads(this.#client);
    } catch (error) {
      throw this.#lose('the session that holds the lock does not answer', error);
    }
  }

  #lose(reason: string, cause?: unknown): LeadershipLostError {
    if (!this.lost.aborted) {
      clearInterval(this.#heartbeat);
      this.#lost.abort(new LeadershipLostError(reason, cause === undefined ? undefined : { cause }));
    }
    return this.lost.reason as LeadershipLostError;
  }
}
