import { randomUUID } from 'node:crypto';
import { printableLines, thisProcess } from '@reprise/runtime';
import { recordAttempt, recordOutcome } from '@reprise/runtime/audit';
import type pg from 'pg';
import { withKeys } from './with-keys.ts';

/** 4 where it may pass, else 1. */
export function exitCodeOf(error: unknown): number {
  return (error as { readonly retryable?: unknown }).retryable === true ? 4 : 1;
}

/**
 * Changes the keys of a context's write API. Who does it is recorded in that database before, and how it ended after it; where the former
 * cannot be, nothing is done.
 *
 * @param work returns the id of the key that it made or revoked
 * @throws what `withKeys` throws, and what `work` does
 */
export async function changingKeys<T extends { readonly id: string }>(
  named: string | undefined,
  verb: 'create' | 'revoke' | 'rotate',
  work: (owner: pg.Client) => Promise<T>,
): Promise<T> {
  return withKeys(named, async (owner) => {
    const attempt = randomUUID();
    await recordAttempt(owner, '', {
      ...{ attempt, origin: 'cli', ...thisProcess(), actor: process.env['REPRISE_ACTOR'] },
      ...{ verb: `access ${verb}`, arguments: process.argv.slice(2).filter((word) => word !== verb) },
    });
    const ended = (outcome: Parameters<typeof recordOutcome>[3]) =>
      recordOutcome(owner, '', attempt, outcome).catch((error: unknown) => {
        process.stderr.write(`The audit lacks how this ended: ${printableLines(String(error))}\n`);
      });
    try {
      const done = await work(owner);
      await ended({ exitCode: 0, receipt: { key: done.id } });
      return done;
    } catch (error) {
      // A transaction that failed takes no more statements.
      await owner.query('ROLLBACK').catch(() => undefined);
      await ended({
        exitCode: exitCodeOf(error),
        message: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  });
}
