import type { Logger } from '../logging/logger.ts';

/** What kafkajs hands a log creator; its own type, without the library. */
interface KafkaLogEntry {
  readonly namespace: string;
  readonly level: number;
  readonly log: { readonly message: string; readonly [field: string]: unknown };
}

const warn = 2;

/** kafkajs' objection to a bounded number of retries. Answered: a producer is replaced after any send that failed. */
const answered = 'Limiting retries for the idempotent producer may invalidate EoS guarantees';

/**
 * A kafkajs `logCreator` that sends what the library logs to the process's logger. What it calls an error it then retries or
 * throws, so it is a warning here; what it logs for every seek and rebalance is for debugging.
 */
export function kafkaLogCreator(logger: Logger): () => (entry: KafkaLogEntry) => void {
  return () =>
    ({ namespace, level, log }) => {
      const { message, timestamp: _, logger: __, ...details } = log;
      if (message === answered) return;
      const fields = { component: `kafkajs ${namespace}`.trim(), ...details };
      if (level <= warn) logger.warn(fields, message);
      else logger.debug(fields, message);
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
