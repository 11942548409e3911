import { eventStoreTable, type LogBatch, type LogSlice, type LogSource } from '@reprise/events';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { aggregateHistory, EventStore, feedEvents } from '@reprise/read-model-feed';
import { createReadModelPool, type GenerationName } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { afterFile, freshName } from '@reprise/test-kit';
import { contractEvents, sourceContract, type ContractRecord } from '@reprise/testing';
import {
  foreignDatabase,
  namedStreams,
  numberedStreams,
  testForeignTable,
  unindexedEnvelopes,
  type TestForeignTable,
} from '../testing/foreign-tables.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { verifyReadModel } from '../verify/verify.ts';
import { openEventStoreSource } from './event-store-source.ts';
import { ownWarnings } from '../testing/own-warnings.ts';

const tables = { numberedStreams, namedStreams, unindexedEnvelopes };
type Name = keyof typeof tables;
const names = Object.keys(tables) as Name[];
const { signal } = new AbortController();
const foreign = {} as Record<Name, TestForeignTable>;
let model: TestReadModel;
let lives: ProductEvent[][];
let fromKafka: string;

const rebuilt = (name: Name) =>
  model.rebuild({ source: 'event-store', promote: false }, {}, { eventStore: foreign[name].store });

/** Something of each row of a source, which is closed then: by default its key. */
async function rowsOf<T = LogBatch['keys'][number]>(
  source: LogSource,
  slice: Partial<LogSlice> = {},
  of: (batch: LogBatch, at: number) => T = ({ keys }, at) => keys[at] as T,
): Promise<T[]> {
  const read: T[] = [];
  try {
    for await (const batch of source.read({ ...source.slices[0]!, ...slice }, { position: 0n }, signal))
      read.push(...batch.values.map((_, at) => of(batch, at)));
  } finally {
    await source.close();
  }
  return read;
}

beforeAll(async () => {
  model = await testReadModel({ partitions: 3 });
  // Versions beyond 9 sort differently as texts.
  lives = Array.from({ length: 40 }, (_, index) =>
    productHistory({
      events: [
        step.created(),
        ...Array.from({ length: index % 13 }, (_, price) => step.priceChanged(price)),
        index % 7 === 0 ? step.deleted() : step.published(),
      ],
    }),
  );
  const events = lives.flat();
  await produce(model.topic, events);
  for (const name of names) {
    foreign[name] = await testForeignTable(tables[name]);
    await foreign[name].append(events);
  }
  fromKafka = (await model.rebuild({ promote: false })).receipt.digest!;
});

describe.each(names)("somebody else's table, %s", (name) => {
  it('G4: gives the same digest as Kafka', async () => {
    const { receipt } = await rebuilt(name);
    expect(receipt).toMatchObject({
      message: null,
      outcome: 'built',
      source: 'event-store',
      digest: fromKafka,
      events: { read: lives.flat().length, applied: lives.flat().length, deadLettered: 0 },
    });
    expect(ownWarnings(receipt)).toEqual(
      name === 'unindexedEnvelopes'
        ? [
            expect.stringContaining('no unique index on ("whose""", "SELECT")'),
            expect.stringContaining('whole table'),
          ]
        : [],
    );
  });

  it('gives the events of one aggregate in order, and none for an id that it cannot have', async () => {
    const history = aggregateHistory(foreign[name].store, productEvents);
    for (const life of lives.slice(9, 12)) {
      const found = await history(life[0]!.subject);
      expect(found.map(({ id }) => id)).toEqual(life.map(({ id }) => id));
    }
    for (const id of [
      '',
      'no-uuid',
      "'; DROP TABLE x; --",
      'a\0b',
      '\ud800',
      '%',
      `${lives[0]![0]!.subject}0`,
    ])
      expect(await history(id)).toEqual([]);
  });

  it('gives every row once, whatever the page size', async () => {
    const source = await openEventStoreSource({
      events: productEvents,
      eventStore: foreign[name].store,
      topic: { name: 't', id: 'i' },
      positions: new Map(),
      pageSize: 7,
    });
    const read = await rowsOf(source, {}, (batch, at) => {
      const found = batch.read(at);
      return found.ok ? `${found.event.subject} ${found.event.aggregateversion}` : found.message;
    });
    const expected = lives.flat().map(({ subject, aggregateversion }) => `${subject} ${aggregateversion}`);
    expect(read).toHaveLength(expected.length);
    expect(new Set(read)).toEqual(new Set(expected));
  });
});

describe('a transaction that commits behind a later one', () => {
  it.each(names)('is in no part of a rebuild from %s, and its events follow from Kafka', async (name) => {
    const late = productHistory({ events: [step.created(), step.published()] });
    const early = productHistory({ events: [step.created()] });
    const own = await testReadModel({ partitions: 1 });
    const { store, owner, append, appendBeside } = await testForeignTable(tables[name]);
    await owner.query('BEGIN');
    await append(late);
    // Its rows stand behind those of the transaction that is still open.
    await appendBeside(early);
    await produce(own.topic, early);

    const { receipt } = await own.rebuild({ source: 'event-store' }, {}, { eventStore: store });
    expect(receipt).toMatchObject({ outcome: 'promoted', events: { read: 1 }, documents: { live: 1 } });
    await owner.query('COMMIT');
    await produce(own.topic, late);
    const positions = await own.registry.positions(receipt.generation!.uuid);
    expect(positions).toEqual(new Map([[0, BigInt(early.length)]]));

    const live = receipt.generation!.name as GenerationName;
    await feedEvents({ store: own.store, name: live, projection: own.projection }, late, undefined);
    const again = await own.rebuild({ source: 'event-store', promote: false }, {}, { eventStore: store });
    expect(again.receipt).toMatchObject({ outcome: 'built', events: { read: 3 }, documents: { live: 2 } });
    const servers = { ...own.servers, eventStore: store };
    const options = { projection: own.projection, deep: true, limit: 20, memoryBytes: 512 << 20 };
    expect(await verifyReadModel({ ...options, source: 'event-store' }, servers, signal)).toMatchObject({
      documents: { expected: 2, actual: 2 },
      counts: { missing: 0, stale: 0, different: 0, extra: 0 },
    });
  });
});

describe('a declaration that does not fit', () => {
  it('is refused before anything is made, with all that is wrong', async () => {
    const { owner, storeOf } = await foreignDatabase(`
      CREATE SCHEMA shut; CREATE TABLE shut.events (id text, version int, body json);
      CREATE TABLE wrong (id timestamptz, version text, secret json, at date, kind text, who uuid);
      GRANT SELECT (id, version, at, kind, who) ON wrong TO event_store_reader;
      CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TABLE loose (id text COLLATE folded NOT NULL, version int NOT NULL, body json, kind point, PRIMARY KEY (id, version));
      GRANT SELECT ON loose TO event_store_reader;`);
    const before = await model.registry.listGenerations();
    const refusal = async (options: Parameters<typeof storeOf>[0]) => {
      const { receipt, ending } = await model.rebuild(
        { source: 'event-store' },
        {},
        { eventStore: storeOf(options) },
      );
      expect(ending.exitCode).toBe(1);
      return receipt.message;
    };
    expect(
      await refusal({ table: 'none', columns: { aggregateId: 'id', version: 'version', envelope: 'body' } }),
    ).toBe(
      'The event store "none" in the database of SHOP_DATABASE_URL cannot be read as it is declared: there is no table or view ' +
        '"none". Nothing was changed. Correct the declaration of the event store, the table, or the rights of its reader.',
    );
    expect(
      await refusal({
        table: 'wrong',
        columns: {
          ...{ aggregateId: 'id', version: 'version', eventId: 'who', type: 'typ"e', occurredAt: 'at' },
          payload: 'secret',
        },
        where: { gone: 1 },
      }),
    ).toMatch(
      new RegExp(
        [
          'column "id", named as aggregateId, is of type timestamptz, not one of text, varchar, uuid, int2, int4, int8',
          'column "version", named as version, is of type text, not one of int2, int4, int8',
          'there is no column "typ""e", named as type',
          'column "at", named as occurredAt, is of type date, not one of timestamptz, timestamp, int8, text, varchar',
          'this role has no right to SELECT column "secret", named as payload',
          'there is no column "gone", named as a condition',
          'the envelopes of this contract have specversion, source, datacontenttype, correlationid as well: declare where',
        ].join('; '),
      ),
    );
    expect(
      await refusal({
        table: 'shut.events',
        columns: { aggregateId: 'id', version: 'version', envelope: 'body' },
      }),
    ).toContain(
      'this role has no right to use the schema of "shut"."events"; this role has no right to SELECT column "id"',
    );
    const loose = { aggregateId: 'id', version: 'version', envelope: 'body' };
    expect(await refusal({ table: 'loose', columns: loose })).toContain('treats different ids as equal');
    await owner.query('ALTER TABLE loose ALTER COLUMN id TYPE text COLLATE "C"');
    expect(await refusal({ table: 'loose', columns: loose, where: { version: 'x' } })).toContain(
      'the database refuses to read it (invalid input syntax for type integer: "x")',
    );
    expect(await refusal({ table: 'loose', columns: loose, where: { kind: 'x' } })).toContain(
      'refuses to read it',
    );
    expect(await model.registry.listGenerations()).toEqual(before);
  });

  it('is refused on a standby, where Kafka may have had what is not there yet', async () => {
    const { owner, readerUrl } = await foreignDatabase(`
      CREATE TABLE event_store (aggregate_id uuid, aggregate_version int, envelope json, PRIMARY KEY (aggregate_id, aggregate_version));
      GRANT SELECT ON event_store TO event_store_reader;
      CREATE SCHEMA likeness; GRANT USAGE ON SCHEMA likeness TO event_store_reader;
      CREATE FUNCTION likeness.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;`);
    expect(owner).toBeDefined();
    const url = new URL(readerUrl);
    url.searchParams.set('options', '-c search_path=likeness,public,pg_catalog');
    const pool = createReadModelPool(url.href);
    afterFile(() => pool.end());
    const table = eventStoreTable({
      table: 'event_store',
      columns: { aggregateId: 'aggregate_id', version: 'aggregate_version', envelope: 'envelope' },
    });
    const eventStore = new EventStore({ pool, table, setting: 'SHOP_DATABASE_URL' });
    const { receipt, ending } = await model.rebuild({ source: 'event-store' }, {}, { eventStore });
    expect([ending.exitCode, receipt.message]).toEqual([
      1,
      expect.stringMatching(/^SHOP_DATABASE_URL points to a standby.*Nothing was changed/),
    ]);
  });

  it('is read as it is where rows share a key or have none, and refused where it gives fewer rows than it has', async () => {
    const { storeOf } = await foreignDatabase(`
      CREATE TABLE loose (id text, version int, body json);
      INSERT INTO loose SELECT 'a', 1, '{}'::json FROM generate_series(1, 9) UNION ALL SELECT NULL, NULL, NULL;
      CREATE UNIQUE INDEX ON loose (id, version) WHERE version <> 1;
      GRANT SELECT ON loose TO event_store_reader;`);
    const open = () =>
      openEventStoreSource({
        events: productEvents,
        eventStore: storeOf({
          table: 'loose',
          columns: { aggregateId: 'id', version: 'version', envelope: 'body' },
        }),
        ...{ topic: { name: 't', id: 'i' }, positions: new Map(), pageSize: 3 },
      });
    expect(await rowsOf(await open())).toEqual([...Array<string>(9).fill('a'), null]);
    expect(await rowsOf(await open(), { end: 100n }).catch((error: unknown) => error)).toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('gave 10 rows, and counted 100. Nothing was switched'),
    });
  });
});

describe('unindexedEnvelopes as a log source', () => {
  const write = async (by: TestForeignTable['owner'], records: readonly ContractRecord[]) => {
    for (const { key, value } of records)
      await by.query(unindexedEnvelopes.insert, [key, Buffer.from(value)]);
  };

  let pool = { totalCount: 0 };
  sourceContract(() => ({
    resumable: false,
    openResources: () => pool.totalCount,
    async newLog() {
      const { store: eventStore, owner, beside } = await testForeignTable(unindexedEnvelopes);
      ({ pool } = eventStore);
      return {
        append: (records) => write(owner, records),
        async begin(records) {
          await beside.query('BEGIN');
          await write(beside, records);
          return { end: async (how) => void (await beside.query(how === 'commit' ? 'COMMIT' : 'ROLLBACK')) };
        },
        open: () =>
          openEventStoreSource({
            ...{ eventStore, events: contractEvents, positions: new Map(), pageSize: 7 },
            topic: { name: freshName('t'), id: 'i' },
          }),
      };
    },
  }));
});
