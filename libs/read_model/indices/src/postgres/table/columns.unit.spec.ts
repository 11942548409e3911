import type { PostgresStorage } from '@reprise/read-model-documents';
import { copyLines } from './copy-rows.ts';
import { refusal, storedColumns } from './columns.ts';
import { batchJson, prepareWrite } from './write-batches.ts';
import { contractStorage } from '../testing/contract-storage.ts';
import { contractDocument } from '../../testing/contract-document.ts';

const storage: PostgresStorage = {
  ...contractStorage,
  columns: [
    ...contractStorage.columns,
    { field: 'brandName', type: 'text', nullable: true },
    { field: 'priceMinor', type: 'bigint' },
    { field: 'tags', type: 'text[]' },
    { field: 'createdAt', type: 'timestamptz' },
  ],
};
const columns = storedColumns(storage);
const document = {
  productId: '0198c0de-0000-7000-8000-000000000001',
  version: 3,
  status: 'draft',
  title: 'Mug',
  stock: 1,
  brandName: null,
  priceMinor: 1299,
  tags: ['a'],
  createdAt: '2026-01-02T03:04:05.678Z',
};

describe('the columns of a generation table', () => {
  it('take a document they can give back as it is', () => {
    expect(refusal(columns, document)).toBeUndefined();
    expect(refusal(columns, { ...document, brandName: 'Acme', stock: -(2 ** 31) + 1 })).toBeUndefined();
  });

  it.each([
    [
      'an id in capitals',
      { productId: document.productId.toUpperCase() },
      /productId does not fit the column type uuid/,
    ],
    ['an integer beyond 32 bits', { stock: 2 ** 31 }, /stock does not fit the column type integer/],
    ['a fraction', { stock: 1.5 }, /stock does not fit the column type integer/],
    ['a number as text', { stock: '1' }, /stock does not fit the column type integer/],
    ['an integer beyond 53 bits', { priceMinor: 2 ** 53 }, /priceMinor does not fit the column type bigint/],
    ['a number where text belongs', { title: 5 }, /title does not fit the column type text/],
    ['a NUL character', { title: 'a\0b' }, /title does not fit the column type text/],
    ['half a surrogate pair', { title: '\ud83d' }, /title does not fit the column type text/],
    ['null where it is not allowed', { title: null }, /title does not fit the column type text.*null/],
    [
      'null among the elements of an array',
      { tags: ['a', null] },
      /tags does not fit the column type text\[\]/,
    ],
    [
      'a time without milliseconds',
      { createdAt: '2026-01-02T03:04:05Z' },
      /createdAt does not fit the column type timestamptz \(UTC with/,
    ],
    [
      'a time of another zone',
      { createdAt: '2026-01-02T03:04:05.678+01:00' },
      /createdAt does not fit the column type timestamptz/,
    ],
    [
      'midnight as 24:00',
      { createdAt: '2026-01-02T24:00:00.000Z' },
      /createdAt does not fit the column type timestamptz/,
    ],
    [
      'a leap second',
      { createdAt: '2026-06-30T23:59:60.000Z' },
      /createdAt does not fit the column type timestamptz/,
    ],
    [
      'a day that is none',
      { createdAt: '2026-02-30T00:00:00.000Z' },
      /createdAt does not fit the column type timestamptz/,
    ],
    ['a missing field', { title: undefined }, /the field title is missing/],
    ['a missing nullable field', { brandName: undefined }, /the field brandName is missing/],
    ['a field without a column', { colour: 'red' }, /there is no column for the field colour/],
  ])('refuse %s, and say so', (_, changes, reason) => {
    expect(refusal(columns, { ...document, ...changes })).toMatch(reason);
  });

  it('are refused with a name used twice, or of the store', () => {
    const columnOf = (field: string) => ({
      ...storage,
      columns: [...storage.columns, { field, type: 'text' as const }],
    });
    expect(() => storedColumns(columnOf('price_minor'))).toThrow(/price_minor appears twice/);
    expect(() => storedColumns(columnOf('repriseHigh'))).toThrow(/reserved by the store/);
  });

  it('are null in a tombstone that has no document', () => {
    const digest = { bucket: 7, high: 8, low: 9 };
    const source = { id: 'a\tb', version: 4, tombstone: 'removed' as const, canonical: '', digest };
    const write = prepareWrite(columns, [source], { rows: 1, characters: 10 });
    expect(copyLines(columns, write.batches[0]!)).toBe(
      `${'\\N\t'.repeat(columns.length)}a\\tb\t4\tremoved\t7\t8\t9\n`,
    );
    expect(JSON.parse(batchJson(write.batches[0]!))).toEqual([
      {
        reprise_id: 'a\tb',
        reprise_version: 4,
        reprise_tombstone: 'removed',
        reprise_bucket: 7,
        reprise_high: 8,
        reprise_low: 9,
      },
    ]);
  });

  it('are written for COPY with every character that means something there escaped', () => {
    const fields = { ...document, title: 'a\tb\nc\rd\\e', tags: ['x"y', '\\', '', 'NULL', 'a,b', '{}\t'] };
    const digest = { bucket: 7, high: 8, low: 9 };
    const source = { id: document.productId, version: 3, canonical: '', digest };
    expect(copyLines(columns, [{ source, fields }])).toBe(
      [
        document.productId,
        '3',
        'draft',
        'a\\tb\\nc\\rd\\\\e',
        '1',
        '\\N',
        '1299',
        '{"x\\\\"y","\\\\\\\\","","NULL","a,b","{}\\t"}',
        '2026-01-02T03:04:05.678Z',
        `${document.productId}\t3\t\\N\t7\t8\t9\n`,
      ].join('\t'),
    );
  });
});

describe('the batches of a write', () => {
  const contractColumns = storedColumns(contractStorage);
  const ids = (write: ReturnType<typeof prepareWrite>) =>
    write.batches.map((batch) => batch.map(({ source }) => source.id));

  it('are in ascending id order and within both limits, a document too long for them alone', () => {
    const documents = Array.from({ length: 10 }, (_, i) =>
      contractDocument(1, { title: 'x'.repeat(i === 4 ? 10_000 : 100) }),
    );
    const sorted = documents.map(({ id }) => id).sort();
    const byRows = prepareWrite(contractColumns, documents, { rows: 3, characters: 1e9 });
    expect(ids(byRows).map(({ length }) => length)).toEqual([3, 3, 3, 1]);
    expect(ids(byRows).flat()).toEqual(sorted);
    const byLength = prepareWrite(contractColumns, documents, { rows: 100, characters: 600 });
    expect(ids(byLength).flat()).toEqual(sorted);
    for (const batch of byLength.batches) {
      const characters = batch.reduce((sum, { source }) => sum + source.canonical.length, 0);
      expect(batch.length === 1 || characters <= 600).toBe(true);
    }
  });

  it('hold the latest version of each document; the others of the call are stale', () => {
    const productId = document.productId;
    const versions = [2, 5, 1, 5].map((version) => contractDocument(version, { productId }));
    const write = prepareWrite(contractColumns, versions, { rows: 10, characters: 1e9 });
    expect(write.stale).toBe(3);
    expect(write.batches).toHaveLength(1);
    expect(write.batches[0]!.map(({ source }) => source)).toEqual([versions[1]]);
  });
});
