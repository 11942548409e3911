import { randomUUID } from 'node:crypto';
import { createReadModelPool, Registry } from '@reprise/read-model-indices';
import { printableLines, setSession, thisProcess } from '@reprise/runtime';
import {
  recordAttempt,
  recordedWhereKept,
  recordOutcome,
  type Attempt,
  type Outcome,
} from '@reprise/runtime/audit';
import {
  connectionFault,
  databaseTarget,
  isRefusal,
  ServerUnusableError,
} from '@reprise/runtime/connections';
import pg from 'pg';

/** Where a database keeps who tried to change it and what came of it. */
export interface OpenAudit {
  recordAttempt(attempt: Attempt): Promise<void>;
  recordOutcome(attempt: string, outcome: Outcome): Promise<void>;
  close(): Promise<unknown>;
}

/** 1 where a server refuses this process, else 4. */
export function exitCodeOf(error: unknown): 1 | 4 {
  return isRefusal(error) ? 1 : 4;
}

/**
 * Migrates a database. Who does it is recorded in its audit before, and how it ended after it; where the former cannot be, nothing is
 * done. The migration that makes the audit is recorded once it is done.
 *
 * @param name as messages call the database, before the word
 * @param migrate returns the names of the migrations it ran
 */
export async function recorded(
  name: string,
  audit: OpenAudit,
  migrate: () => Promise<string[]>,
): Promise<string[]> {
  const attempt = randomUUID();
  const begin = () =>
    audit.recordAttempt({
      ...{ attempt, origin: 'cli', ...thisProcess(), actor: process.env['REPRISE_ACTOR'] },
      ...{ verb: 'migrate', arguments: process.argv.slice(2) },
    });
  const ended = (outcome: Outcome) =>
    audit.recordOutcome(attempt, outcome).catch((error: unknown) => {
      process.stderr.write(
        `The audit of the ${name} database lacks how this ended: ${printableLines(String(error))}\n`,
      );
    });
  try {
    const isRecorded = await recordedWhereKept(begin);
    const applied = await migrate().catch(async (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (isRecorded) await ended({ exitCode: exitCodeOf(error), message });
      throw error;
    });
    if (!isRecorded) await begin();
    await ended({ exitCode: 0, receipt: { applied } });
    return applied;
  } finally {
    await audit.close().catch(() => undefined);
  }
}

/** The audit of the registry. @param variable the setting that the URL came from */
export function registryAudit(url: string, variable: string): OpenAudit {
  const pool = createReadModelPool(url, { max: 1, applicationName: 'migrate-audit' });
  const log = new Registry(pool, { databaseUrl: variable }).audit;
  return {
    recordAttempt: (attempt) => log.recordAttempt(attempt),
    recordOutcome: (attempt, outcome) => log.recordOutcome(attempt, outcome),
    close: () => pool.end(),
  };
}

/** The audit of a write database, which only its owner writes. @param variable the setting that the URL came from */
export function writeAudit(name: string, url: string, variable: string): OpenAudit {
  const session = new pg.Client({
    connectionString: url,
    application_name: 'migrate-audit',
    connectionTimeoutMillis: 10_000,
  });
  session.on('error', () => undefined);
  let connected: Promise<unknown> | undefined;
  return {
    async recordAttempt(attempt) {
      try {
        connected ??= session.connect().then(() => setSession(session));
        await connected;
        await recordAttempt(session, '', attempt);
      } catch (error) {
        const unchanged = `The ${name} database was not migrated; only its owner migrates it.`;
        const fault = connectionFault(error, databaseTarget(url, variable), unchanged);
        throw fault === undefined ? error : new ServerUnusableError(fault, error);
      }
    },
    recordOutcome: (attempt, outcome) => recordOutcome(session, '', attempt, outcome),
    close: () => session.end(),
  };
}
