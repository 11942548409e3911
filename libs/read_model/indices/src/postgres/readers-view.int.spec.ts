import { randomUUID } from 'node:crypto';
import { Client, type Pool } from 'pg';
import type { PostgresStorage } from '@reprise/read-model-documents';
import { freshDatabase, type FreshDatabase } from '@reprise/test-kit';
import type { GenerationName, GenerationStore } from '../generation/generation.ts';
import { generationName } from '../generation/generation-name.ts';
import { contractDocument } from '../testing/contract-document.ts';
import { runReadModelMigrations } from '../migrations/read-model-migrations.ts';
import { postgresGenerationStore } from './generation-store.ts';
import { createReadModelPool } from './pool.ts';
import { contractStorage } from './testing/contract-storage.ts';

describe('the view readers use', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let minted = 0;

  beforeAll(async () => {
    database = await freshDatabase('read');
    await runReadModelMigrations(database.url);
    pool = createReadModelPool(database.url);
  });

  afterAll(() => pool.end());

  const storeOf = (
    view: string,
    changes: Partial<PostgresStorage> = {},
    budgetMs?: number,
  ): GenerationStore =>
    postgresGenerationStore(pool, {
      projection: 'p',
      storage: { ...contractStorage, ...changes },
      readersView: view,
      ...(budgetMs === undefined ? {} : { retry: { budgetMs } }),
    });

  async function built(store: GenerationStore, titles: readonly string[]): Promise<GenerationName> {
    const name = generationName(1, 'p', new Date(Date.UTC(2026, 0, 1) + 1_000 * minted++), 'c0ffee00');
    await store.create(name, { uuid: randomUUID(), projection: 'p', projectionVersion: 1, fingerprint: 'f' });
    await store.write(
      name,
      titles.map((title) => contractDocument(1, { title, status: 'published' })),
    );
    await store.finishBuild(name);
    return name;
  }

  it('always shows exactly one complete generation while it is moved to and fro', async () => {
    const store = storeOf('busy');
    const generations = [
      await built(
        store,
        Array.from({ length: 40 }, () => 'first'),
      ),
      await built(
        store,
        Array.from({ length: 60 }, () => 'second'),
      ),
    ] as const;
    await store.switchReaders(undefined, generations[0]);
    const seen = new Set<string>();
    let moving = true;
    const readers = [1, 2, 3].map(async () => {
      while (moving) {
        const { rows } = await pool.query('SELECT title, count(*)::int AS count FROM busy GROUP BY title');
        seen.add(JSON.stringify(rows));
      }
    });
    for (let i = 0; i < 40; i++) await store.switchReaders(generations[i % 2]!, generations[(i + 1) % 2]!);
    moving = false;
    await Promise.all(readers);
    expect([...seen].sort()).toEqual(['[{"title":"first","count":40}]', '[{"title":"second","count":60}]']);
  });

  it('is made once by several first cutovers at the same moment', async () => {
    const store = storeOf('adopted');
    const generations: GenerationName[] = [];
    for (let i = 0; i < 4; i++) generations.push(await built(store, ['mug']));
    const results = await Promise.allSettled(generations.map((to) => store.switchReaders(undefined, to)));
    const winners = generations.filter((_, i) => results[i]!.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: winners[0] });
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CUTOVER_CONFLICT' });
    }
  });

  it('does not let other readers wait for long behind one that will not end', async () => {
    const store = storeOf('slow');
    const [from, to] = [await built(store, ['from']), await built(store, ['to'])];
    await store.switchReaders(undefined, from);
    const slow = new Client({ connectionString: database.url });
    await slow.connect();
    await slow.query('BEGIN');
    await slow.query('SELECT * FROM slow');
    const impatient = storeOf('slow', {}, 1_200);
    const failed = expect(impatient.switchReaders(from, to)).rejects.toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringMatching(/could not point slow to .*lock.*pg_stat_activity/),
    });
    await failed;
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: from });
    // It tries for as long as the slow one lasts. Did it not release its lock in between, nobody could read and that would never end.
    const switching = store.switchReaders(from, to);
    for (let i = 0; i < 20; i++) await pool.query('SELECT * FROM slow');
    await slow.query('COMMIT');
    await switching;
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: to });
    await slow.end();
  });

  it('changes its columns with a new schema version in one step, keeps its grants, and goes back', async () => {
    const store = storeOf('versioned');
    const next = storeOf('versioned', {
      view: `SELECT stock, upper(title) AS heading FROM {table} WHERE status = 'published'`,
    });
    const [from, to] = [await built(store, ['mug']), await built(next, ['mug'])];
    await store.switchReaders(undefined, from);
    await pool.query('GRANT SELECT ON versioned TO PUBLIC');
    const results = new Set<string>();
    let moving = true;
    const reading = (async () => {
      while (moving) {
        const { rows } = await pool.query<Record<string, unknown>>('SELECT * FROM versioned');
        results.add(Object.keys(rows[0]!).join());
      }
    })();
    for (let i = 0; i < 10; i++) {
      await next.switchReaders(from, to);
      await store.switchReaders(to, from);
    }
    moving = false;
    await reading;
    expect([...results].sort()).toEqual(['product_id,title,stock', 'stock,heading']);
    const { rows } = await pool.query(
      `SELECT grantee FROM information_schema.role_table_grants WHERE table_name = 'versioned' AND grantee = 'PUBLIC'`,
    );
    expect(rows).toHaveLength(1);
  });

  it('sums up what the generation holds when its query does', async () => {
    const view = `SELECT title, count(*)::int AS products, sum(stock)::int AS stock FROM {table} GROUP BY title`;
    const store = storeOf('summary', { view });
    const generation = await built(store, ['mug', 'mug', 'pot']);
    await store.switchReaders(undefined, generation);
    const { rows } = await pool.query('SELECT * FROM summary ORDER BY title');
    expect(rows).toEqual([
      { title: 'mug', products: 2, stock: 6 },
      { title: 'pot', products: 1, stock: 3 },
    ]);
  });

  it('is found moved when the answer to the switch was lost', async () => {
    const store = storeOf('lost');
    const [from, to] = [await built(store, ['from']), await built(store, ['to'])];
    await store.switchReaders(undefined, from);
    let lost = 0;
    const lossy = createReadModelPool(database.url);
    lossy.on('connect', (client) => {
      const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
      client.query = (async (...args: unknown[]) => {
        const result = await query(...args);
        if (args[0] === 'COMMIT' && lost++ === 0) throw new Error('Connection terminated unexpectedly');
        return result;
      }) as typeof client.query;
    });
    const forgetful = postgresGenerationStore(lossy, {
      projection: 'p',
      storage: contractStorage,
      readersView: 'lost',
    });
    await forgetful.switchReaders(from, to);
    await lossy.end();
    expect(lost).toBe(1);
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: to });
  });
});

describe('a Postgres server', () => {
  it('that takes no writes, or is not migrated, cannot be built on, and says why', async () => {
    const database = await freshDatabase('read');
    const pool = createReadModelPool(database.url);
    const store = postgresGenerationStore(pool, {
      projection: 'p',
      storage: contractStorage,
      readersView: 'p',
    });
    try {
      await expect(store.assertHealthy()).rejects.toThrow(/no schema "generations".*\.\/reprise migrate/);
      await runReadModelMigrations(database.url);
      await store.assertHealthy();
      await pool.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
      const readOnly = createReadModelPool(database.url);
      const standby = postgresGenerationStore(readOnly, {
        projection: 'p',
        storage: contractStorage,
        readersView: 'p',
      });
      const failure = standby.assertHealthy();
      await expect(failure).rejects.toMatchObject({ code: 'DEPENDENCY' });
      await expect(failure).rejects.toThrow(/accepts no writes.*to the primary/);
      await readOnly.end();
    } finally {
      await pool.end();
    }
  });

  it('cancels the end of a build that is asked to stop', async () => {
    const database = await freshDatabase('read');
    await runReadModelMigrations(database.url);
    const pool = createReadModelPool(database.url);
    const store = postgresGenerationStore(pool, {
      projection: 'p',
      storage: contractStorage,
      readersView: 'p',
    });
    const name = generationName(1, 'p', new Date(Date.UTC(2026, 0, 1)), 'c0ffee00');
    await store.create(name, { uuid: randomUUID(), projection: 'p', projectionVersion: 1, fingerprint: 'f' });
    const blocking = new Client({ connectionString: database.url });
    await blocking.connect();
    await blocking.query('BEGIN');
    await blocking.query(`LOCK TABLE generations.${name} IN ROW EXCLUSIVE MODE`);
    const controller = new AbortController();
    const finishing = store.finishBuild(name, controller.signal);
    const untilItWaits = async (): Promise<void> => {
      const { rows } = await pool.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      if (rows.length === 0) await untilItWaits();
    };
    await untilItWaits();
    const reason = new Error('asked to stop');
    controller.abort(reason);
    await expect(finishing).rejects.toBe(reason);
    await blocking.query('COMMIT');
    await blocking.end();
    await store.finishBuild(name);
    const { rows } = await pool.query(`SELECT indexname FROM pg_indexes WHERE tablename = $1`, [name]);
    expect(rows).toHaveLength(2);
    await pool.end();
  });
});
