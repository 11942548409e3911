import { keepFed } from '@reprise/read-model-indices/testing';
import { Client } from 'pg';
import type { TestReadModel } from './read-model.ts';

/** Lets the registry take a generation for fed by a consumer that has all partitions, or those given, from now on. */
export async function feedBy(
  { registry, topic, databaseUrl }: Pick<TestReadModel, 'registry' | 'topic' | 'databaseUrl'>,
  name: string,
  partitions: readonly number[] = Array.from({ length: topic.partitions }, (_, partition) => partition),
): Promise<void> {
  const generation = await registry.findGeneration(name);
  await keepFed(databaseUrl, 'a-test-feeder', [{ generation: generation!.uuid, partitions }]);
}

/** Ends that: a promotion waits for a feeder of what is live to take the next generation on. */
export function feedNoMore({ registry }: Pick<TestReadModel, 'registry'>): Promise<void> {
  return registry.removeFeeder('a-test-feeder');
}

/** Makes the last sign of life of every feeder a minute old: as if the feeder had died without a word. */
export async function silenceFeeders({ databaseUrl }: Pick<TestReadModel, 'databaseUrl'>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`UPDATE registry.feeders SET heartbeat_at = clock_timestamp() - interval '1 minute'`);
  await client.end();
}
