import { defaultUnpackedBytes } from '@reprise/read-model-feed';
import { DependencyError } from '@reprise/read-model-indices';
import type { OpeningOptions, ReadModels } from '@reprise/read-model-servers';
import { kafkaLogCreator, type Logger } from '@reprise/runtime';
import { Kafka, logLevel } from 'kafkajs';
import { readEveryCodec } from '../batches/kafka-codecs.ts';
import { batchesInFlight } from '../batches/partition-batches.ts';

/**
 * What `openReadModels` needs so that no batch waits for a connection of another one.
 * @param contexts how many of them are fed
 */
export function liveConnections(
  contexts: number,
): Pick<OpeningOptions, 'connections' | 'eventStoreConnections'> {
  // Every batch in flight feeds two tables beside the index, and signs of life must not wait for them.
  return { connections: contexts * 2 * batchesInFlight + 4, eventStoreConnections: 4 };
}

/** The servers of all contexts, and the client that reads their logs. */
export type LiveServers = ReturnType<typeof withKafkaClient>;

/** Adds the client that reads the logs; reaches for nothing yet. */
export function withKafkaClient(readModels: ReadModels, logger: Logger) {
  const { kafka } = readModels;
  readEveryCodec(kafka.maxUnpackedBatchBytes ?? defaultUnpackedBytes);
  const kafkaClient = new Kafka({
    ...kafka,
    clientId: 'reprise-projection-consumer',
    connectionTimeout: 3_000,
    logLevel: logLevel.INFO,
    logCreator: kafkaLogCreator(logger),
  });
  return { ...readModels, kafkaClient };
}

/** One read model is fed while the store of another one is away; a store that refuses this process stays that way. */
export function throwUnlessAway(error: unknown): void {
  if (error instanceof DependencyError && !error.retryable) throw error;
}

/** Whether what was missing at the start may still appear. */
export function mayPass(error: unknown): boolean {
  return error instanceof DependencyError && error.retryable;
}
