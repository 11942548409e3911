import { projections } from '@reprise/product-read-model';
import { describeTopic } from '@reprise/read-model-feed';
import { readConfiguration } from '@reprise/runtime';
import { lookUntil } from '../servers/look-until.ts';
import type { Pipeline } from '../servers/pipeline.ts';

/** Seconds from the last look at which no event was in any read model to the first at which all were in all of them. */
export async function catchUp({ topic, registry, signal }: Pipeline, events: number): Promise<number> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const { partitions } = await describeTopic(kafka, topic);
  let begun = performance.now();
  const look = async (): Promise<{ most: number; least: number }> => {
    const lookedAt = performance.now();
    const generations = await registry.listGenerations({ states: ['VERIFIED', 'LIVE'] });
    const counts = await Promise.all(
      generations.map(async ({ uuid }) => {
        const positions = await registry.positions(uuid);
        return partitions.reduce((sum, { partition }) => sum + Number(positions.get(partition) ?? 0n), 0);
      }),
    );
    const most = Math.max(0, ...counts);
    if (most === 0) begun = lookedAt;
    return { most, least: counts.length < projections.length ? 0 : Math.min(...counts) };
  };
  await lookUntil({
    until: 'every event is in every read model',
    look,
    done: ({ least }) => least >= events,
    signal,
    everyMs: 50,
  });
  return (performance.now() - begun) / 1000;
}

/** Readers get a read model's first generation once it has caught up. */
export async function adopted({ registry, signal }: Pipeline): Promise<void> {
  await lookUntil({
    until: 'readers have got their read models',
    look: async () => (await registry.listGenerations({ states: ['LIVE'] })).map(({ name }) => name),
    done: (names) => names.length === projections.length,
    signal,
    everyMs: 100,
  });
}
