import { decodeEvent, newEventId, type ProductEvent } from '@reprise/events';
import { type CommandContext, createProduct } from '@reprise/product-domain';
import { afterFile, freshDatabase, makeOdd, type FreshDatabase, type SettingsLevel } from '@reprise/test-kit';
import { sessionHook } from '@reprise/runtime';
import pg from 'pg';
import { v7 } from 'uuid';
import { runWriteMigrations } from '../migrate.ts';
import { ProductStore } from '../products/product-store.ts';
import { WriteDatabase } from '../write-database.ts';

export interface WriteSide {
  readonly fresh: FreshDatabase;
  readonly database: WriteDatabase;
  readonly store: ProductStore;
  /** Connects as the owner of the tables, beside the pool of the store. */
  readonly pool: pg.Pool;
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Looks at the sessions of other roles, and ends them: only a superuser may. */
  asAdmin(sql: string): Promise<pg.QueryResult<Record<string, unknown>>>;
  /** Creates a product through the store and returns its id. */
  create(): Promise<string>;
  /** How many rows there are in all. */
  counts(): Promise<{ products: number; events: number; messages: number; answers: number }>;
}

export const mug = {
  title: 'Enamel mug',
  description: 'Holds 350 ml.',
  brand: 'Fjell',
  categoryId: 'kitchen',
  priceMinor: 1_450,
  currency: 'EUR',
  stock: 10,
  tags: ['camping', 'comma, "quote" and {brace}'],
} as const;

/** A fresh migrated write database for one test file, which may have odd session settings, and the store on it. */
export async function writeSide(poolSize = 10, odd?: SettingsLevel): Promise<WriteSide> {
  const fresh = await freshDatabase('write');
  if (odd !== undefined) await makeOdd(fresh, odd);
  await runWriteMigrations(fresh.url);
  const pool = new pg.Pool({ connectionString: fresh.url, max: 4, ...sessionHook() });
  pool.on('error', () => undefined);
  afterFile(() => pool.end());
  const admin = new pg.Pool({ connectionString: fresh.adminUrl, max: 1 });
  admin.on('error', () => undefined);
  afterFile(() => admin.end());
  const database = await openDatabase(fresh.productApiUrl, poolSize);
  const store = new ProductStore(database);
  const query: WriteSide['query'] = async (sql, values) => (await pool.query(sql, values)).rows;
  return {
    fresh,
    database,
    store,
    pool,
    query,
    asAdmin: (sql) => admin.query(sql),
    create: async () => {
      const productId = v7();
      await store.create((state) => createProduct(state, { ...mug, productId }, context()), undefined);
      return productId;
    },
    counts: async () => {
      const [row] = await query<{ products: number; events: number; messages: number; answers: number }>(`
        SELECT (SELECT count(*)::int FROM products) AS products, (SELECT count(*)::int FROM event_store) AS events,
          (SELECT count(*)::int FROM outbox_events) AS messages, (SELECT count(*)::int FROM idempotency_keys) AS answers`);
      if (row === undefined) throw new Error('no counts');
      return row;
    },
  };
}

/** Opens the application's pool; it is closed at the end of the test file. */
export async function openDatabase(url: string, poolSize = 10): Promise<WriteDatabase> {
  const database = new WriteDatabase({
    url,
    poolSize,
    statementTimeoutMs: 20_000,
    onIdleError: () => undefined,
  });
  await database.connect();
  afterFile(() => database.onApplicationShutdown());
  return database;
}

/** What every command in these tests comes from, with its own event id. */
export function context(more: Partial<CommandContext> = {}): CommandContext {
  const time = new Date();
  return { eventId: newEventId(time), time, correlationId: 'test', ...more };
}

/** The events of a product as the event store has them. */
export async function eventsOf(side: WriteSide, productId: string): Promise<ProductEvent[]> {
  const rows = await side.query<{ text: string }>(
    'SELECT envelope::text AS text FROM event_store WHERE aggregate_id = $1 ORDER BY aggregate_version',
    [productId],
  );
  return rows.map(({ text }) => {
    const decoded = decodeEvent(text);
    if (!decoded.ok) throw new Error(decoded.message);
    return decoded.event;
  });
}
