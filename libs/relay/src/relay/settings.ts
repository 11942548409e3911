import { type ServersOfRelay } from '../relay-errors.ts';

export interface RelaySettings extends ServersOfRelay {
  readonly topic: string;
  /** Maximum events per batch. */
  readonly batchSize: number;
  /** Most bytes of one batch, in whole records. A topic with a lower `max.message.bytes` lowers it. */
  readonly batchBytes: number;
  /** Longest pause between polls of an empty outbox; notifications usually end it earlier. */
  readonly pollMs: number;
  /** How long a leader may be silent before the database gives its lock to a standby. */
  readonly lockTimeoutMs: number;
  /** How often a standby asks for the lock. */
  readonly lockRetryMs: number;
}

export const relayDefaults = {
  databaseUrl: 'WRITE_DATABASE_URL',
  batchSize: 2_000,
  batchBytes: 1_000_000,
  pollMs: 500,
  lockTimeoutMs: 10_000,
  lockRetryMs: 1_000,
} as const satisfies Partial<RelaySettings>;
