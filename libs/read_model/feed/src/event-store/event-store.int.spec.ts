import {
  defineEvents,
  eventStoreTable,
  ignored,
  plainJson,
  type EventStoreTableOptions,
} from '@reprise/events';
import { createReadModelPool } from '@reprise/read-model-indices';
import { afterFile, freshDatabase } from '@reprise/test-kit';
import { Client } from 'pg';
import { aggregateHistory } from './aggregate-history.ts';
import { EventStore } from './event-store.ts';

const aggregates = { order: { 'order.placed': { data: ignored }, 'order.paid': { data: ignored } } };
/** Its version stands in the value, its type in a header. */
const events = defineEvents({
  aggregates,
  reader: plainJson({
    type: { header: 'type' },
    aggregateId: { key: true },
    id: 'id',
    time: 'at',
    version: 'n',
  }),
});
const text = (n: number) => JSON.stringify({ id: `e-${n}`, at: '2026-11-20T09:31:01Z', n });

let owner: Client;
let storeOf: (options: EventStoreTableOptions) => EventStore;

beforeAll(async () => {
  const database = await freshDatabase('write');
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  const pool = createReadModelPool(database.eventStoreUrl);
  afterFile(async () => {
    await Promise.all([pool.end(), owner.end()]);
  });
  storeOf = (options) =>
    new EventStore({ pool, table: eventStoreTable(options), setting: 'SHOP_DATABASE_URL' });
});

describe('the history of an aggregate whose id is', () => {
  it.each([
    ['text', 'a"b\\c %_', ['a"b\\c', 'A"B\\C %_', '']],
    ['varchar(40)', '{1,2}', ['1', 'NULL', '{1}']],
    ['uuid', '0193a000-0000-7000-8000-000000000001', ['0193a000000070008000000000000001', 'x', '{}']],
    [
      'bigint',
      '-9223372036854775808',
      ['9223372036854775808', '-9223372036854775809', '1.5', ' 1', '0x1', '1'.repeat(40)],
    ],
    ['integer', '2147483647', ['2147483648', '+2147483647', '02147483647']],
    ['smallint', '7', ['7.0', '70000', 'seven']],
  ])('%s', async (type, id, others) => {
    const table = `of_${type.replace(/\W.*/, '')}`;
    await owner.query(`
      CREATE TABLE ${table} (id ${type}, n bigint, body text, meta jsonb, kind varchar);
      CREATE UNIQUE INDEX ON ${table} (id, n); GRANT SELECT ON ${table} TO event_store_reader;`);
    for (const n of [10, 2, 1])
      await owner.query(`INSERT INTO ${table} VALUES ($1, $2, $3, $4)`, [
        id,
        n,
        text(n),
        { the: { type: 'order.paid' } },
      ]);
    const store = storeOf({
      table,
      columns: { aggregateId: 'id', version: 'n', envelope: 'body' },
      headers: { type: { column: 'meta', path: ['the', 'type'] }, other: 'kind' },
    });
    const history = aggregateHistory(store, events);
    const found = await history(id);
    expect(found.map(({ subject, aggregateversion, type: of }) => [subject, aggregateversion, of])).toEqual(
      [1, 2, 10].map((n) => [id, n, 'order.paid']),
    );
    for (const other of [...others, 'a\0b', '\udfff', "' OR true --"])
      expect(await history(other)).toEqual([]);
  });
});

describe('a table', () => {
  const columns = { aggregateId: 'id', version: 'n', envelope: 'body' };
  const indexed = async (options: EventStoreTableOptions) => (await storeOf(options).opened(events)).indexed;

  it.each([
    ['one without any', '', {}, false],
    ['a unique one', 'CREATE UNIQUE INDEX ON #(id, n)', {}, true],
    ['one that is not unique', 'CREATE INDEX ON #(id, n)', {}, false],
    ['one of part of the rows', 'CREATE UNIQUE INDEX ON #(id, n) WHERE NOT gone', {}, false],
    ['one in another order', 'CREATE UNIQUE INDEX ON #(n, id)', {}, false],
    ['one of expressions', 'CREATE UNIQUE INDEX ON #(lower(id), n)', {}, false],
    ['one with more columns', 'CREATE UNIQUE INDEX ON #(id, n, gone)', {}, false],
    [
      'one with more columns, of which one value is read',
      'CREATE UNIQUE INDEX ON #(gone, id, n)',
      { where: { gone: false } },
      true,
    ],
    [
      'one with more columns, of which several are read',
      'CREATE UNIQUE INDEX ON #(gone, id, n)',
      { where: { gone: [false, true] } },
      false,
    ],
    ['one that carries more', 'CREATE UNIQUE INDEX ON #(id, n) INCLUDE (body)', {}, true],
    [
      'one whose column may be NULL',
      'CREATE UNIQUE INDEX ON #(id, n); ALTER TABLE # ALTER n DROP NOT NULL',
      {},
      false,
    ],
  ])('is read by its index, or sorted by the server: %s', async (title, index, more, expected) => {
    const table = `indexed: ${title}`.slice(0, 60);
    await owner.query(`CREATE TABLE "${table}" (id text NOT NULL, n int NOT NULL, body text, gone boolean);
      GRANT SELECT ON "${table}" TO event_store_reader; ${index.replaceAll('#', `"${table}"`)};`);
    expect(await indexed({ table: { name: table }, columns, ...more })).toBe(expected);
  });

  it('may have partitions, or be a view', async () => {
    await owner.query(`
      CREATE TABLE parted (id text NOT NULL, n int NOT NULL, body text, PRIMARY KEY (id, n)) PARTITION BY HASH (id);
      CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 1, REMAINDER 0);
      CREATE VIEW seen AS SELECT id, n, body FROM parted;
      GRANT SELECT ON parted, seen TO event_store_reader;`);
    expect(await indexed({ table: 'parted', columns })).toBe(true);
    const { indexed: byIndex, warnings } = await storeOf({ table: 'seen', columns }).opened(events);
    expect([byIndex, warnings]).toEqual([
      false,
      [expect.stringContaining('the server sorts it for every rebuild')],
    ]);
  });

  it('is looked up again after it was refused, and not again after it was found', async () => {
    const store = storeOf({ table: 'late', columns });
    await expect(store.opened(events)).rejects.toMatchObject({
      code: 'EVENT_STORE_MISMATCH',
      retryable: false,
    });
    await owner.query(
      `CREATE TABLE late (id text, n int, body text); GRANT SELECT ON late TO event_store_reader`,
    );
    const opened = await store.opened(events);
    await owner.query('DROP TABLE late');
    expect(await store.opened(events)).toBe(opened);
  });

  it('has no events for a contract that is ordered by positions in Kafka', async () => {
    await owner.query(
      `CREATE TABLE unordered (id text, n int, body text); GRANT SELECT ON unordered TO event_store_reader`,
    );
    const byPosition = defineEvents({ aggregates, versions: 'position' });
    await expect(storeOf({ table: 'unordered', columns }).opened(byPosition)).rejects.toThrow(
      'the events of this contract are ordered by their positions in Kafka, which no table has',
    );
  });
});
