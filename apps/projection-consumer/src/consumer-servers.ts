import { defaultUnpackedBytes } from '@reprise/read-model-feed';
import {
  createElasticsearchClient,
  createReadModelPool,
  DependencyError,
  Registry,
} from '@reprise/read-model-indices';
import { RepairQueue } from '@reprise/read-model-repair';
import { kafkaLogCreator, type Logger } from '@reprise/runtime';
import { Kafka, logLevel } from 'kafkajs';
import type { ConsumerConfiguration } from './consumer-configuration.ts';
import { readEveryCodec } from './kafka-codecs.ts';
import { batchesInFlight } from './partition-batches.ts';

/** The clients that all contexts share. Opening them reaches for nothing. */
export type ConsumerServers = ReturnType<typeof openServers>;

export function openServers(configuration: ConsumerConfiguration, logger: Logger) {
  const client = createElasticsearchClient(configuration.elasticsearch);
  // Every batch in flight feeds two tables beside the index, and signs of life must not wait for them.
  const pool = createReadModelPool(configuration.readModelDatabaseUrl, {
    max: configuration.contexts.length * 2 * batchesInFlight + 4,
  });
  readEveryCodec(configuration.kafka.maxUnpackedBatchBytes ?? defaultUnpackedBytes);
  const kafka = new Kafka({
    ...configuration.kafka,
    clientId: 'reprise-projection-consumer',
    connectionTimeout: 3_000,
    logLevel: logLevel.INFO,
    logCreator: kafkaLogCreator(logger),
  });
  const repairs = new RepairQueue(pool, {
    maxTasks: configuration.repairQueueLimit,
    maxFailures: configuration.repairAttempts,
  });
  const close = async (): Promise<void> => {
    await Promise.allSettled([client.close(), pool.end()]);
  };
  return { client, pool, registry: new Registry(pool), repairs, kafka, close };
}

/** One read model is fed while the store of another one is away; a store that refuses this process stays that way. */
export function throwUnlessAway(error: unknown): void {
  if (error instanceof DependencyError && !error.retryable) throw error;
}

/** Whether what was missing at the start may still appear. */
export function mayPass(error: unknown): boolean {
  return error instanceof DependencyError && error.retryable;
}
