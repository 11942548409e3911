import type { World } from '../cluster/world.ts';
import { eventually, checkSame } from '../waiting.ts';
import { allFedSettled } from './documents.ts';
import { unpublished } from './event-store.ts';
import { checkLog, type LogHistory } from './log-history.ts';

/**
 * What must hold once everything runs again and has come to rest: I1, I2 and I3 for the log, I4 and I5 for every index that is
 * fed (its content is the fold of each event once).
 */
export async function checkAtRest(world: World, timeoutMs = 90_000): Promise<LogHistory> {
  await eventually(async () => checkSame(await unpublished(world), 0, 'I1: outbox rows not published'), {
    timeoutMs,
  });
  const history = await checkLog(world);
  await allFedSettled(world, timeoutMs);
  return history;
}
