import { afterAll } from '@jest/globals';

type Cleanup = () => Promise<void> | void;

const cleanups: Cleanup[] = [];
const connections: Cleanup[] = [];

/**
 * Registers what has to be released at the end of the test file; last registered, first released. It may be called anywhere,
 * also inside a test. Everything is released even if one release fails; then the file fails with all the reasons.
 *
 * A pool or client on a fresh database is closed with this, or in an `afterAll` inside a `describe`: an `afterAll` at the top
 * level of the file would run after the database was dropped.
 */
export function afterFile(cleanup: Cleanup): void {
  cleanups.push(cleanup);
}

/** Registers the end of a connection of the kit's own, which releasing the rest may still need. */
export function afterEverything(disconnect: Cleanup): void {
  connections.push(disconnect);
}

/** Releases everything registered so far; called once by the hook below. */
export async function releaseAll(): Promise<void> {
  const failures: unknown[] = [];
  const next = (): Cleanup | undefined => cleanups.pop() ?? connections.pop();
  for (let cleanup = next(); cleanup !== undefined; cleanup = next()) {
    try {
      await cleanup();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
    throw new AggregateError(failures, `The test file left things behind:\n${reasons.join('\n')}`);
  }
}

afterAll(releaseAll);
