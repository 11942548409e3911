import type { LiveFeeder } from '@reprise/read-model-indices';
import type { Feeding } from './facts.ts';

/** A feeder that has not given a sign of life for this long counts as gone, in milliseconds. */
export const feederMaxAgeMs = 5_000;

/** Who feeds a generation, and which of `partitions` nobody feeds. A feeder that is silent for too long does not count. */
export function feedingOf(
  uuid: string,
  feeders: readonly LiveFeeder[],
  partitions: readonly number[],
): Feeding {
  const fed = new Set<number>();
  const names: string[] = [];
  for (const { feederId, attachments, silentMs } of feeders) {
    const own = attachments.find(({ generation }) => generation === uuid)?.partitions ?? [];
    if (silentMs > feederMaxAgeMs || own.length === 0) continue;
    names.push(feederId);
    for (const partition of own) fed.add(partition);
  }
  return { feeders: names, unfed: partitions.filter((partition) => !fed.has(partition)) };
}
