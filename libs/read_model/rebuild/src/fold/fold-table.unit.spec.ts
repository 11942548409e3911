import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStorableText } from '@reprise/events';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import type { FoldEntry, Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';
import { canaryText, productHistory, step } from '@reprise/product-events/testing';
import fc from 'fast-check';
import { carelessLog } from '../testing/histories.ts';
import { naiveSearchDocuments } from '../testing/naive-fold.ts';
import { FoldTable, maxHeld, type FoldedRecords } from './fold-table.ts';
import { emptyTally, restoreTally, saveTally, sumTallies, type SavedTally } from './slice-tally.ts';

const projection = productSearch as unknown as Projection;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fold-table-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A record of the log as a table takes it. */
function recordsOf(
  value: Buffer | string | null,
  key: Buffer | string | null,
  position: number,
): FoldedRecords {
  return {
    values: [value],
    keys: [key],
    positionOf: () => BigInt(position),
    read: () => productEvents.read(value),
  };
}

function fold(log: readonly (ProductEvent | string | null)[], memoryBytes: number, by = projection) {
  const tally = emptyTally();
  const table = new FoldTable(by, tally, { slice: 0, memoryBytes, spillDirectory: directory });
  log.forEach((entry, index) => {
    const value = entry === null || typeof entry === 'string' ? entry : productEvents.encode(entry);
    const key = entry === null || typeof entry === 'string' ? 'unknown' : entry.subject;
    table.add(recordsOf(value === null ? null : Buffer.from(value), Buffer.from(key), index), 0);
  });
  const spilled = table.spilledBytes;
  const entries: FoldEntry[] = [...table.drain(3)].flat();
  const documents = new Map(
    entries.flatMap(({ document }) => (document ? [[document.id, document.data]] : [])),
  );
  table.dispose();
  return { documents, tally, entries, spilled };
}

const unlimited = 1 << 30;

describe('the fold table', () => {
  it('agrees with a naive fold on logs with duplicates and reordering, within memory and beyond it', () => {
    fc.assert(
      fc.property(carelessLog, fc.constantFrom(unlimited, 5_000, 1_500), (log, memoryBytes) => {
        const { documents, tally } = fold(log, memoryBytes);
        expect(Object.fromEntries(documents)).toEqual(Object.fromEntries(naiveSearchDocuments(log)));
        expect(tally.read).toBe(log.length);
        expect(tally.applied + tally.duplicate).toBe(log.length);
      }),
      { numRuns: 100 },
    );
  });

  it('G11: puts records of further products on disk once its memory is full, and leaves no file behind', () => {
    const log = Array.from({ length: 200 }, (_, index) =>
      productHistory({ id: `product-${index}`, events: [step.created(), step.priceChanged(index)] }),
    );
    const interleaved = [...log.map(([first]) => first!), ...log.map(([, second]) => second!)];
    const { documents, tally, spilled } = fold(interleaved, 20_000);
    expect(spilled).toBeGreaterThan(0);
    expect(fold(interleaved, unlimited).spilled).toBe(0);
    expect(documents.size).toBe(200);
    expect(documents.get('product-199')).toMatchObject({ priceMinor: 199, version: 2 });
    expect(tally).toMatchObject({ read: 400, applied: 400, duplicate: 0 });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('G11: puts records of further products on disk when documents have grown large, and not for many events that leave them small', () => {
    const collecting: Projection = {
      ...projection,
      evolve: (before, event) => {
        const { seen = [] } = (before ?? {}) as { seen?: unknown[] };
        return { outcome: 'put', data: { seen: [...seen, event] } };
      },
    };
    const lives = Array.from({ length: 10 }, (_, index) =>
      productHistory({
        id: `product-${index}`,
        events: [step.created(), ...Array.from({ length: 60 }, () => step.priceChanged(index))],
      }),
    );
    const last = productHistory({ id: 'product-last', events: [step.created()] });
    const log = [...lives.flat(), ...last];
    const memoryBytes = 60_000;
    expect(fold(log, memoryBytes).spilled).toBe(0);
    const { entries, spilled } = fold(log, memoryBytes, collecting);
    expect(spilled).toBeGreaterThan(0);
    expect(entries.flatMap(({ document }) => document!.version).sort()).toEqual([
      1,
      ...Array.from({ length: 10 }, () => 61),
    ]);
  });

  it('keeps events on disk whose records are more than key and value', () => {
    const lives = Array.from({ length: 60 }, (_, index) =>
      productHistory({ id: `product-${index}`, events: [step.created(), step.priceChanged(index)] }),
    );
    const tally = emptyTally();
    const table = new FoldTable(projection, tally, { slice: 0, memoryBytes: 1, spillDirectory: directory });
    for (const [index, event] of lives.flat().entries()) {
      const records: FoldedRecords = {
        ...recordsOf(JSON.stringify(event.data), event.subject, index),
        read: () => ({ ok: true, event }),
        apart: true,
      };
      table.add(records, 0);
    }
    expect(table.spilledBytes).toBeGreaterThan(0);
    const folded = [...table.drain(3)].flat().map(({ document }) => document!.data);
    table.dispose();
    expect(tally).toMatchObject({ read: 120, applied: 120, poisoned: 0 });
    expect(folded).toHaveLength(60);
    expect(folded).toContainEqual(expect.objectContaining({ priceMinor: 59, version: 2 }));
  });

  it('refuses records on disk that are not what was written, before it hands out one of them', () => {
    const own = mkdtempSync(join(directory, 'tampered-'));
    const table = new FoldTable(projection, emptyTally(), { slice: 0, memoryBytes: 1, spillDirectory: own });
    const lives = Array.from({ length: 20 }, (_, index) =>
      productHistory({ id: `product-${index}`, events: [step.created()] }),
    );
    for (const [index, [created]] of lives.entries())
      table.add(recordsOf(Buffer.from(productEvents.encode(created!)), created!.subject, index), 0);
    const spilled = join(own, 'slice-0');
    table.freeze();
    const [first] = readdirSync(spilled);
    const path = join(spilled, first!);
    const changed = readFileSync(path, 'latin1').replace(/"title":"./, '"title":"?');
    writeFileSync(path, changed, 'latin1');
    const handedOut: FoldEntry[] = [];
    expect(() => {
      for (const entries of table.drain(1)) handedOut.push(...entries);
    }).toThrow(`${path} was changed since this process wrote it`);
    expect(
      handedOut.some(({ document }) =>
        String((document as { title?: unknown } | undefined)?.title).startsWith('?'),
      ),
    ).toBe(false);
    table.dispose();
    rmSync(own, { recursive: true });
  });

  it('keeps later events of a product waiting behind a missing one and reports it', () => {
    const [created, , third, fourth] = productHistory({
      id: 'gappy',
      events: [step.created(), step.priceChanged(1), step.priceChanged(2), step.priceChanged(3)],
    });
    for (const memoryBytes of [unlimited, 1]) {
      const { entries } = fold([created!, fourth!, third!], memoryBytes);
      expect(entries).toHaveLength(1);
      expect(entries[0]!.document).toMatchObject({ version: 1 });
      expect(entries[0]!.held!.map(({ event }) => event.aggregateversion)).toEqual([3, 4]);
    }
  });

  it('leaves nothing waiting behind a poison event that waited last, and counts every event once', () => {
    const [created, deleted, after, later] = productHistory({
      id: 'ended',
      events: [step.created(), step.deleted(), step.published(), step.published()],
    });
    const last = fold([created!, after!, deleted!], unlimited);
    expect(last.entries).toMatchObject([{ document: { version: 2 }, held: undefined }]);
    expect(last.tally).toMatchObject({ read: 3, applied: 2, poisoned: 1 });
    const more = fold([created!, later!, after!, deleted!], unlimited);
    expect(more.entries[0]!.held!.map(({ event }) => event.aggregateversion)).toEqual([4]);
    expect(more.tally).toMatchObject({ read: 4, applied: 2, poisoned: 1 });
  });

  it('gives a log up in which more events wait for earlier ones than memory has room for', () => {
    const [event] = productHistory({ events: [step.priceChanged(1)], firstVersion: 2 });
    const text = productEvents.encode(event!);
    const options = { slice: 7, memoryBytes: unlimited, spillDirectory: directory };
    const table = new FoldTable(projection, emptyTally(), options);
    const wait = (version: number) => {
      const value = text.replace('"aggregateversion":2', `"aggregateversion":${version}`);
      table.add(recordsOf(value, event!.subject, version), 0);
    };
    for (let version = 2; version < maxHeld + 2; version++) wait(version);
    expect(() => wait(maxHeld + 2)).toThrow(`More than ${maxHeld} events of slice 7 wait`);
    table.dispose();
  });

  it('lists every record it cannot apply with its position, and folds the others', () => {
    const good = productHistory({ id: 'good', events: [step.created(), step.published()] });
    const unknown = productEvents.encode(good[1]!).replace('product.published.v1', 'product.polished.v9');
    const { tally, documents } = fold([good[0]!, '{nonsense', null, unknown, good[1]!], unlimited);
    expect(tally.poisoned).toBe(3);
    expect(tally.poison.map(({ position, reason }) => [position, reason])).toEqual([
      ['1', 'not-json'],
      ['2', 'null-value'],
      ['3', 'unknown-type'],
    ]);
    expect(documents.get('good')).toMatchObject({ status: 'published', version: 2 });
    // By the key alone: what is not an event names no product.
    expect(tally.poison.map(({ aggregateId }) => aggregateId)).toEqual(['unknown', 'unknown', 'good']);
    expect(tally.byType.get('product.polished.v9')).toBe(1);
  });

  it('counts canaries apart, and nothing else shows that they are there', () => {
    const log = productHistory({ events: [step.created(), step.priceChanged(5)] });
    const without = fold(log, unlimited);
    const { documents, tally, entries } = fold([canaryText(1), log[0]!, canaryText(2), log[1]!], unlimited);
    expect(tally).toEqual({ ...without.tally, canaries: 2 });
    expect([documents, entries]).toEqual([without.documents, without.entries]);
  });

  it('counts types nobody knows by name only as far as memory stays bounded', () => {
    const [created] = productHistory({ id: 'good', events: [step.created()] });
    const unknown = Array.from({ length: 500 }, (_, index) =>
      productEvents.encode(created!).replace('product.created.v1', `product.created.v${index + 10}`),
    );
    const { byType } = fold(unknown, unlimited).tally;
    expect(byType.size).toBe(101);
    expect([...byType.values()].reduce((sum, count) => sum + count, 0)).toBe(500);
  });

  it('counts types called like members of every object, through threads, checkpoints and sums', () => {
    const names = ['toString', 'constructor', '__proto__', 'hasOwnProperty'];
    const log = [...names, ...names].map((type) => JSON.stringify({ specversion: '1.0', type }));
    const { tally } = fold(log, unlimited);
    const throughThread = structuredClone(tally);
    const throughJson = restoreTally(JSON.parse(JSON.stringify(saveTally(tally))) as SavedTally);
    const sum = sumTallies([tally, throughThread, throughJson]);
    expect([...sum.byType]).toEqual(names.map((name) => [name, 6]));
    expect(JSON.stringify(saveTally(sum).byType)).toBe(
      '{"toString":6,"constructor":6,"__proto__":6,"hasOwnProperty":6}',
    );
  });

  it('counts and names every record that is not an event, whatever bytes its key and value have, and keeps the names bounded', () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));
    const value = fc.oneof(
      bytes,
      fc
        .string({ unit: 'binary' })
        .map((subject) => Buffer.from(JSON.stringify({ specversion: '1.0', type: subject, subject }))),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.option(bytes), fc.option(value))), (records) => {
        const tally = emptyTally();
        const table = new FoldTable(projection, tally, {
          slice: 0,
          memoryBytes: unlimited,
          spillDirectory: directory,
        });
        records.forEach(([key, text], index) => table.add(recordsOf(text, key, index), 0));
        const { read, poisoned, poison } = tally;
        expect({ read, poisoned, listed: poison.length }).toEqual({
          read: records.length,
          poisoned: records.length,
          listed: records.length,
        });
        for (const { aggregateId = '', message } of tally.poison) {
          expect(isStorableText(aggregateId + message)).toBe(true);
          expect(aggregateId.length).toBeLessThanOrEqual(131);
        }
      }),
    );
  });
});
