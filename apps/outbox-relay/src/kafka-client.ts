import { type KafkaConfiguration, type Logger } from '@reprise/runtime';
import { Kafka, logLevel, type logCreator } from 'kafkajs';

/**
 * kafkajs retries inside a call only as long as it takes to follow a partition to its new leader. Longer outages are the
 * relay's: before each attempt of its own it asks whether it may still publish, which kafkajs cannot.
 */
const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 };

/** @param clientId shown in the broker's logs and quotas */
export function createKafka(configuration: KafkaConfiguration, clientId: string, logger: Logger): Kafka {
  return new Kafka({
    ...configuration,
    clientId,
    connectionTimeout: 3_000,
    authenticationTimeout: 5_000,
    requestTimeout: 10_000,
    retry,
    logLevel: logLevel.INFO,
    logCreator: logTo(logger),
  });
}

/** kafkajs' objection to a bounded number of retries. Answered: a producer is replaced after any send that failed. */
const answered = 'Limiting retries for the idempotent producer may invalidate EoS guarantees';

/** Sends what kafkajs logs to the process's logger. What it calls an error it then retries or throws, so it is a warning here. */
function logTo(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const { message, timestamp: _, logger: __, ...details } = log;
      if (message === answered) return;
      const fields = { component: `kafkajs ${namespace}`.trim(), ...details };
      if (level === logLevel.DEBUG) logger.debug(fields, message);
      else if (level === logLevel.INFO) logger.info(fields, message);
      else logger.warn(fields, message);
    };
}

/**
 * Drops one warning of Node's: kafkajs sets timers with negative delays, which Node runs at once, as it should, and reports.
 * Every other warning stays.
 */
export function dropNegativeTimeoutWarnings(): void {
  const emitWarning = process.emitWarning.bind(process) as (...parameters: unknown[]) => void;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    const [detail] = rest;
    const type = typeof detail === 'object' && detail !== null && 'type' in detail ? detail.type : detail;
    const name = warning instanceof Error ? warning.name : type;
    if (name !== 'TimeoutNegativeWarning') emitWarning(warning, ...rest);
  };
}
