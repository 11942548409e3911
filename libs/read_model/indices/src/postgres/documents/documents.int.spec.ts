import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Client, type Pool } from 'pg';
import { canonicalJson, contentDigest, type PostgresStorage } from '@reprise/read-model-documents';
import { testEndpoints, type FreshDatabase } from '@reprise/test-kit';
import type { DocumentToWrite, GenerationName, GenerationStore } from '../../generation/generation.ts';
import { generationName } from '../../generation/generation-name.ts';
import { LeaseLost } from '../../errors.ts';
import { contractDocument } from '../../testing/contract-document.ts';
import type { Registry } from '../../registry/registry.ts';
import { testRegistry } from '../../testing/registry-database.ts';
import type { Fence } from '../../registry/leases.ts';
import { postgresGenerationStore } from '../generation-store.ts';
import { contractStorage } from '../testing/contract-storage.ts';
import { asVersioned } from '../../generation/prepare-document.ts';

const storage: PostgresStorage = {
  ...contractStorage,
  columns: [
    ...contractStorage.columns,
    { field: 'brandName', type: 'text', nullable: true },
    { field: 'priceMinor', type: 'bigint' },
    { field: 'order', type: 'text[]' },
    { field: 'createdAt', type: 'timestamptz' },
  ],
  indexes: [],
};

describe('documents in a generation table', () => {
  let database: FreshDatabase;
  let pool: Pool;
  let registry: Registry;
  let fence: Fence;
  const admin = new Client({ connectionString: testEndpoints().postgresAdminUrl });
  let minted = 0;

  beforeAll(async () => {
    await admin.connect();
    const own = await testRegistry();
    ({ database, pool, registry } = own);
    fence = await own.hold('p');
  });

  afterAll(async () => {
    await admin.end();
  });

  const storeOf = (given: PostgresStorage): GenerationStore =>
    postgresGenerationStore(pool, { projection: 'p', storage: given, readersView: 'p' });

  async function createdIn(store: GenerationStore): Promise<{ name: GenerationName; uuid: string }> {
    const name = generationName(1, 'p', new Date(Date.UTC(2026, 0, 1) + 1_000 * minted++), 'c0ffee00');
    const uuid = randomUUID();
    await store.create(name, { uuid, projection: 'p', projectionVersion: 1, fingerprint: 'f' });
    await registry.createGeneration(
      {
        uuid,
        projection: 'p',
        name,
        storage: 'postgres',
        fingerprint: 'f',
        projectionVersion: 1,
        topic: 't',
        topicId: 'i',
        partitions: 1,
        runId: null,
      },
      fence,
    );
    return { name, uuid };
  }

  it('are given back exactly as they were made, or rejected, by either way of writing', async () => {
    const store = storeOf(storage);
    const characters = [...'\\"\t\n\r{},N\' \u2028😀'];
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...characters) }),
      fc.constantFrom('NULL', '\\N', '\\.', '', ' ', '{}'),
    );
    const anything = fc.oneof(fc.string({ unit: fc.constantFrom('a', '\0', '\ud83d') }), fc.jsonValue());
    const time = fc.oneof(
      fc
        .date({
          min: new Date('0001-01-01T00:00:00.000Z'),
          max: new Date('9999-12-31T23:59:59.999Z'),
          noInvalidDate: true,
        })
        .map((date) => date.toISOString()),
      fc.constantFrom(
        '2026-02-30T00:00:00.000Z',
        '0000-01-01T00:00:00.000Z',
        '2026-01-02T24:00:00.000Z',
        '2026-01-02T03:04:05Z',
      ),
    );
    const usually = <T>(arbitrary: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: anything });
    const documents = fc.array(
      fc
        .record({
          version: fc.nat({ max: 2 ** 31 - 1 }),
          status: fc.constantFrom('draft', 'deleted'),
          title: usually(text),
          stock: usually(fc.integer()),
          brandName: usually(fc.option(text)),
          priceMinor: usually(fc.maxSafeInteger()),
          order: usually(fc.array(text, { maxLength: 4 })),
          createdAt: usually(time),
        })
        .map((fields): DocumentToWrite => {
          const productId = randomUUID();
          const canonical = canonicalJson({ ...fields, productId });
          return {
            id: productId,
            version: fields.version,
            canonical,
            digest: contentDigest({ id: productId, version: fields.version, data: { ...fields, productId } }),
          };
        }),
      { minLength: 3, maxLength: 12 },
    );
    let kept = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(documents, fc.boolean(), async (batch, finished) => {
        const { name } = await createdIn(store);
        if (finished) await store.finishBuild(name);
        const { written, stale, rejected } = await store.write(name, batch);
        expect([written, stale]).toEqual([batch.length - rejected.length, 0]);
        const stored = await store.read(
          name,
          batch.map(({ id }) => id),
        );
        const out = new Set(rejected.map(({ id }) => id));
        for (const { id, version, canonical, digest } of batch) {
          const found = stored.get(id);
          if (out.has(id)) expect(found).toBeUndefined();
          else {
            expect(found).toEqual({ id, version, document: JSON.parse(canonical), digest });
            expect(contentDigest(asVersioned(found!))).toEqual(digest);
          }
        }
        await store.drop(name);
        kept += written;
        refused += rejected.length;
      }),
      { numRuns: 25 },
    );
    expect(kept).toBeGreaterThan(5);
    expect(refused).toBeGreaterThan(5);
  });

  it('are found one by one when the server refuses them for a reason no column shows', async () => {
    const store = storeOf(contractStorage);
    const tooLongForTheIndex = () =>
      contractDocument(1, { title: Array.from({ length: 400 }, () => randomUUID()).join('') });
    const { name, uuid } = await createdIn(store);
    await store.finishBuild(name);
    const bad = [tooLongForTheIndex(), tooLongForTheIndex()];
    const good = Array.from({ length: 200 }, () => contractDocument(1));
    const result = await store.write(name, [...good, ...bad]);
    expect(result).toMatchObject({ written: 200, stale: 0 });
    expect(result.rejected.map(({ id }) => id).sort()).toEqual(bad.map(({ id }) => id).sort());
    expect(result.rejected[0]!.reason).toMatch(/54000: index row/);

    const more = Array.from({ length: 50 }, () => contractDocument(1));
    const moved = { generationUuid: uuid, positions: new Map([[0, 51n]]) };
    const together = await store.writeWithPositions!(name, [...more, bad[0]!], moved);
    expect(together).toMatchObject({ written: 50, rejected: [{ id: bad[0]!.id }] });
    expect(await store.counts(name)).toEqual({ documents: 250, tombstones: 0 });
    expect(await registry.positions(uuid)).toEqual(new Map());
  });

  it('commit with their positions, or neither does', async () => {
    const store = storeOf(contractStorage);
    const { name, uuid } = await createdIn(store);
    const at = (position: bigint) => ({ generationUuid: uuid, positions: new Map([[2, position]]) });
    const first = contractDocument(1);
    expect(await store.writeWithPositions!(name, [first], { ...at(5n), fence })).toEqual({
      written: 1,
      stale: 0,
      rejected: [],
    });
    expect(await registry.positions(uuid)).toEqual(new Map([[2, 5n]]));

    const unknown = { ...at(6n), generationUuid: randomUUID() };
    await expect(store.writeWithPositions!(name, [contractDocument(1)], unknown)).rejects.toThrow(
      /foreign key/,
    );
    const stale = { ...at(6n), fence: { ...fence, token: fence.token - 1n } };
    await expect(store.writeWithPositions!(name, [contractDocument(1)], stale)).rejects.toBeInstanceOf(
      LeaseLost,
    );
    await expect(
      store.writeWithPositions!(name, [contractDocument(1)], {
        ...at(6n),
        signal: AbortSignal.abort(new Error('stop')),
      }),
    ).rejects.toThrow('stop');
    expect(await store.counts(name)).toMatchObject({ documents: 1 });
    expect(await registry.positions(uuid)).toEqual(new Map([[2, 5n]]));

    await pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused at the commit'; END $$;
      CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON generations.${name}
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`);
    // As one statement, and as a transaction of several under a fence.
    for (const move of [at(6n), { ...at(6n), fence }])
      await expect(store.writeWithPositions!(name, [contractDocument(1)], move)).rejects.toThrow(
        /at the commit/,
      );
    expect(await store.counts(name)).toMatchObject({ documents: 1 });
    expect(await registry.positions(uuid)).toEqual(new Map([[2, 5n]]));

    expect(await store.writeWithPositions!(name, [], at(9n))).toMatchObject({ written: 0 });
    expect(await registry.positions(uuid)).toEqual(new Map([[2, 9n]]));
  });

  it('are written and counted in full while connections are ended in the middle of it', async () => {
    const store = storeOf(contractStorage);
    const { name, uuid } = await createdIn(store);
    const documents = Array.from({ length: 6_000 }, (_, stock) => contractDocument(1, { stock }));
    const terminate = () =>
      admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = $1 AND pid <> pg_backend_pid() AND state <> 'idle'`,
        [database.name],
      );
    let ended = 0;
    let writing = true;
    const faults = (async () => {
      while (writing && ended < 6) ended += (await terminate()).rowCount ?? 0;
    })();
    const result = await store.write(name, documents.slice(0, 4_000));
    expect(result.written + result.stale).toBe(4_000);
    for (let i = 4_000; i < 6_000; i += 500) {
      const moved = { generationUuid: uuid, positions: new Map([[0, BigInt(i + 500)]]) };
      await store.writeWithPositions!(name, documents.slice(i, i + 500), moved);
    }
    writing = false;
    await faults;
    expect(ended).toBeGreaterThan(0);
    expect(await store.counts(name)).toEqual({ documents: 6_000, tombstones: 0 });
    expect(await registry.positions(uuid)).toEqual(new Map([[0, 6_000n]]));
  });

  it('fail a scan whose connection ends, because its snapshot is gone with it', async () => {
    const store = storeOf(contractStorage);
    const { name } = await createdIn(store);
    await store.write(
      name,
      Array.from({ length: 30 }, () => contractDocument(1)),
    );
    const pages = store.scan(name, { batchSize: 10 })[Symbol.asyncIterator]();
    expect((await pages.next()).value).toHaveLength(10);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND state = 'idle in transaction'`,
      [database.name],
    );
    await expect(pages.next()).rejects.toMatchObject({ code: 'DEPENDENCY' });
  });

  it('give their connection back when a scan is left early', async () => {
    const store = storeOf(contractStorage);
    const { name } = await createdIn(store);
    await store.write(
      name,
      Array.from({ length: 30 }, () => contractDocument(1)),
    );
    for (let i = 0; i < 20; i++)
      for await (const page of store.scan(name, { batchSize: 10 })) if (page) break;
    expect(pool.totalCount - pool.idleCount).toBe(0);
  });
});
