import { type OnApplicationShutdown } from '@nestjs/common';
import { notifiesItself } from '@reprise/outbox';
import { sessionHook } from '@reprise/runtime';
import { connectionFault, databaseTarget, ServerUnusableError } from '@reprise/runtime/connections';
import { inSpan, statementSpan, transactionSpan } from '@reprise/runtime/traces';
import pg from 'pg';
import { DataSource } from 'typeorm';
import {
  ConnectionLostError,
  MigrationsPendingError,
  NotConnectedError,
  OutcomeUnknownError,
} from './errors.ts';
import { pendingMigrations, type MigrationClass } from '../migrations/pending-migrations.ts';

export interface WriteDatabaseOptions {
  readonly url: string;
  /** The setting that the URL came from, for messages. */
  readonly variable: string;
  /** The process, as Postgres shows it. */
  readonly application: string;
  /** The process in a sentence, after "the". */
  readonly title: string;
  /** The schema this program was written for. */
  readonly migrations: readonly MigrationClass[];
  readonly poolSize: number;
  readonly statementTimeoutMs: number;
  /** Hears of connections that broke while they lay idle in the pool; they are replaced on demand. */
  readonly onIdleError: (error: Error) => void;
}

/** A parameterised SQL statement. Each connection prepares it once under its name, which saves parsing and planning it again. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface Rows<Row> {
  readonly rows: Row[];
  readonly count: number;
}

/** Runs one statement: on any connection, or inside the transaction it belongs to. */
export type Run = <Row = unknown>(statement: Statement, values: readonly unknown[]) => Promise<Rows<Row>>;

const begin: Statement = { name: 'begin', text: 'BEGIN' };
const commit: Statement = { name: 'commit', text: 'COMMIT' };
const rollback: Statement = { name: 'rollback', text: 'ROLLBACK' };
const ping: Statement = { name: 'ping', text: 'SELECT 1' };

/**
 * The write database: TypeORM owns the pool and the schema; the statements are written out, because which rows one of them
 * locks and writes, and in which order, is what the write side promises.
 */
export class WriteDatabase implements OnApplicationShutdown {
  readonly #dataSource: DataSource;
  readonly #options: WriteDatabaseOptions;
  #connection: 'none' | 'usable' = 'none';
  #failure: unknown;

  /** Connects to nothing yet; until `connect` has succeeded everything is refused with NotConnectedError. */
  constructor(options: WriteDatabaseOptions) {
    this.#options = options;
    this.#dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      applicationName: options.application,
      poolSize: options.poolSize,
      connectTimeoutMS: 5_000,
      installExtensions: false,
      poolErrorHandler: options.onIdleError,
      extra: {
        keepAlive: true,
        ...sessionHook({
          ...notifiesItself,
          statement_timeout: options.statementTimeoutMs,
          idle_in_transaction_session_timeout: 2 * options.statementTimeoutMs,
        }),
        // The server's own timeout answers first. This one ends the wait for a server that is gone without a word.
        query_timeout: options.statementTimeoutMs + 5_000,
      },
    });
  }

  /**
   * Connects, and checks that the schema is the one this program was written for. A database that is ahead, because a newer
   * release migrated it, is accepted: migrations keep the running release working. May be called again when it failed.
   * @throws MigrationsPendingError when migrations are missing; none is run here
   * @throws ServerUnusableError when the database cannot be used
   */
  async connect(): Promise<void> {
    const dataSource = this.#dataSource;
    const { url, variable, title, migrations } = this.#options;
    try {
      await dataSource.initialize();
      // TypeORM listens to a connection only from a moment after it was made, and the server's last word may come in between:
      // unheard, it would end the process.
      const { master: pool } = dataSource.driver as unknown as { readonly master: pg.Pool };
      pool.on('connect', (client) => client.on('error', () => undefined));
      const pending = await pendingMigrations(dataSource, migrations);
      if (pending.length > 0) throw new MigrationsPendingError(pending, title);
      this.#connection = 'usable';
    } catch (error) {
      if (dataSource.isInitialized) await dataSource.destroy();
      const target = databaseTarget(url, variable);
      const fault = connectionFault(error, target, 'No command was accepted.');
      this.#failure = fault === undefined ? error : new ServerUnusableError(fault, error);
      throw this.#failure;
    }
  }

  /**
   * Runs one statement, which is its own transaction.
   * @throws ConnectionLostError when no answer came; a statement that writes may have taken effect then
   * @throws ServerUnusableError when a right is missing
   */
  readonly run: Run = (statement, values) =>
    inSpan(
      () => statementSpan(statement.name),
      () => this.#connected((run) => run(statement, values)),
    );

  /**
   * Runs `work` in one transaction: all of its statements take effect, or none when it throws.
   * @throws OutcomeUnknownError when the connection breaks while it commits
   */
  transaction<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return inSpan(transactionSpan, () =>
      this.#connected(async (run) => {
        await run(begin, []);
        try {
          const result = await work((statement, values) =>
            inSpan(
              () => statementSpan(statement.name),
              () => run(statement, values),
            ),
          );
          await run(commit, []).catch(throwUnknown);
          return result;
        } catch (error) {
          // On a broken connection this fails too, and there the server has rolled back already: the cause is what counts.
          await run(rollback, []).catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  /** Resolves when a connection answers. */
  async ping(): Promise<void> {
    await this.run(ping, []);
  }

  /** Called by Nest when the application closes, after the last request was answered. */
  async onApplicationShutdown(): Promise<void> {
    if (this.#dataSource.isInitialized) await this.#dataSource.destroy();
  }

  /** A right was taken away while this process runs: said in the words of its start. */
  #refusal(error: pg.DatabaseError): Error {
    const { url, variable } = this.#options;
    const fault = connectionFault(error, databaseTarget(url, variable), 'The statement changed nothing.');
    return fault === undefined ? error : new ServerUnusableError(fault, error);
  }

  async #connected<T>(work: (run: Run) => Promise<T>): Promise<T> {
    if (this.#connection === 'none') throw new NotConnectedError(this.#failure);
    const runner = this.#dataSource.createQueryRunner();
    // The runner listens to the connection's errors while it holds it; unheard, one would end the process.
    const client: pg.PoolClient = await runner.connect();
    const run: Run = async ({ name, text }, values) => {
      try {
        const { rows, rowCount } = await client.query({ name, text, values: [...values] });
        return { rows, count: rowCount ?? 0 };
      } catch (error) {
        if (isDenied(error)) throw this.#refusal(error);
        if (!endsConnection(error)) throw error;
        void client.end().catch(() => undefined);
        throw error instanceof pg.DatabaseError ? error : new ConnectionLostError(error);
      }
    };
    try {
      return await work(run);
    } finally {
      await runner.release();
    }
  }
}

/** Terminated by an administrator or a shutdown (57P), by a timeout on idle sessions (25P), by a fault of the connection (08). */
const endingCodes = /^(?:57P|25P0[345]|08)/;

/**
 * Whether the connection is over after this error. What the server did not say itself leaves it in doubt, and an error that
 * ends the session arrives before the socket closes: such a connection must not go back to the pool.
 */
function endsConnection(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || endingCodes.test(error.code ?? '');
}

function isDenied(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.code === '42501';
}

/** A commit, or a writing statement, that got no answer: nobody can say here whether it took effect. */
export function throwUnknown(error: unknown): never {
  throw error instanceof ConnectionLostError ? new OutcomeUnknownError(error) : error;
}
