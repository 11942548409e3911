import { kafkaLogCreator, type KafkaConfiguration, type Logger } from '@reprise/runtime';
import { Kafka, logLevel } from 'kafkajs';

/**
 * kafkajs retries inside a call only as long as it takes to follow a partition to its new leader. Longer outages are the
 * relay's: before each of its attempts it asks whether it may still publish, which kafkajs cannot.
 */
const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 };

/** @param clientId shown in the broker's logs and quotas */
export function createKafka(configuration: KafkaConfiguration, clientId: string, logger: Logger): Kafka {
  return new Kafka({
    ...configuration,
    clientId,
    connectionTimeout: 3_000,
    authenticationTimeout: 5_000,
    requestTimeout: 5_000,
    retry,
    logLevel: logLevel.INFO,
    logCreator: kafkaLogCreator(logger),
  });
}
