import {
  grantSql,
  leaderTableSql,
  notifyUnlessToldSql,
  outboxRights,
  outboxTableSql,
  publisherRole,
} from '@reprise/outbox';
import { sessionHook } from '@reprise/runtime';
import {
  afterFile,
  freshDatabase,
  freshTopic,
  testEndpoints,
  type FreshTopic,
  type TopicOptions,
} from '@reprise/test-kit';
import { Pool, type PoolClient } from 'pg';
import { relayDefaults, type RelaySettings } from '../relay/settings.ts';

export interface AppendOptions {
  /** Bytes the payload is filled up with. */
  readonly filler?: number;
  /** Makes it part of this client's transaction. */
  readonly client?: PoolClient;
}

/** A fresh outbox and topic for one test file. */
export interface RelayFixture {
  readonly pool: Pool;
  readonly topic: FreshTopic;
  readonly settings: RelaySettings;
  /** For a relay in its own process. */
  readonly env: Readonly<Record<string, string>>;
  readonly adminUrl: string;
  /** Appends one event; its payload names the aggregate and the version. */
  append(aggregateId: string, version: number, options?: AppendOptions): Promise<string>;
  /** Appends versions `from` to `from + versions - 1` of aggregates 1 to `aggregates`, version by version. */
  appendMany(aggregates: number, versions: number, from?: number): Promise<void>;
  /** How many rows are neither published nor parked. */
  unpublished(): Promise<number>;
}

export async function relayFixture(options: TopicOptions = {}): Promise<RelayFixture> {
  const [database, topic] = [await freshDatabase('write'), await freshTopic({ partitions: 3, ...options })];
  const pool = new Pool({ connectionString: database.url, max: 5, ...sessionHook() });
  pool.on('error', () => undefined);
  afterFile(() => pool.end());
  await pool.query(
    outboxTableSql + notifyUnlessToldSql + leaderTableSql + grantSql(publisherRole, outboxRights.publisher),
  );
  return {
    pool,
    topic,
    adminUrl: database.adminUrl,
    settings: {
      ...relayDefaults,
      kafka: testEndpoints().kafka,
      topic: topic.name,
      writeDatabaseUrl: database.relayUrl,
      lockRetryMs: 50,
    },
    env: { WRITE_DATABASE_URL: database.relayUrl, PRODUCT_EVENTS_TOPIC: topic.name, OUTBOX_RELAY_PORT: '0' },
    append: async (aggregateId, version, { filler = 0, client } = {}) => {
      const payload = JSON.stringify({ aggregateId, version, filler: 'x'.repeat(filler) });
      const { rows } = await (client ?? pool).query<{ id: string }>(
        `INSERT INTO outbox_events (event_id, aggregate_id, aggregate_version, type, payload)
         VALUES (gen_random_uuid(), $1, $2, 'product.price-changed.v1', $3::json) RETURNING id`,
        [aggregateId, version, payload],
      );
      return rows[0]?.id ?? '';
    },
    appendMany: async (aggregates, versions, from = 1) => {
      await pool.query(
        `INSERT INTO outbox_events (event_id, aggregate_id, aggregate_version, type, payload)
         SELECT gen_random_uuid(), id::uuid, version, 'product.price-changed.v1',
                ('{"aggregateId":"' || id || '","version":' || version || ',"filler":""}')::json
         FROM generate_series($3::int, $3::int + $2::int - 1) AS version,
              generate_series(1, $1::int) AS number,
              LATERAL (SELECT '00000000-0000-4000-8000-' || lpad(number::text, 12, '0') AS id) AS named
         ORDER BY version, number`,
        [aggregates, versions, from],
      );
    },
    unpublished: async () => {
      const { rows } = await pool.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM outbox_events WHERE NOT processed AND NOT parked',
      );
      return rows[0]?.count ?? 0;
    },
  };
}

/** A readable aggregate id: `aggregate(7)` ends in 7. */
export function aggregate(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}
