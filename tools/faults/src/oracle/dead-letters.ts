import type { World } from '../cluster/world.ts';

/** Records of the dead-letter topic so far. */
export async function countDeadLetters({ log, deadLetters }: World): Promise<number> {
  return (await log.records(deadLetters)).length;
}
