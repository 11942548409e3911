import { type KafkaConfiguration } from '@reprise/runtime';

export interface RelaySettings {
  readonly kafka: KafkaConfiguration;
  readonly topic: string;
  readonly writeDatabaseUrl: string;
  /** Most events of one batch. */
  readonly batchSize: number;
  /** Most bytes of one batch, in whole records. A topic with a lower `max.message.bytes` lowers it. */
  readonly batchBytes: number;
  /** Longest pause between two looks at an empty outbox; notifications usually end it earlier. */
  readonly pollMs: number;
  /** How long a leader may be silent before the database gives its lock to a standby. */
  readonly lockTimeoutMs: number;
  /** How often a standby asks for the lock. */
  readonly lockRetryMs: number;
}

export const relayDefaults = {
  batchSize: 2_000,
  batchBytes: 1_000_000,
  pollMs: 500,
  lockTimeoutMs: 10_000,
  lockRetryMs: 1_000,
} as const satisfies Partial<RelaySettings>;
