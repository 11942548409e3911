import fc from 'fast-check';
import { defineEvents, jsonData, plainJson, type PlainJsonOptions, type VersionSource } from '../../index.ts';
import { recordOf } from '../../testing/record.ts';

const aggregates = {
  room: {
    opened: { begins: true, data: jsonData<{ readonly title?: string }>({ type: 'object' }) },
    posted: { data: jsonData<object>({ type: 'object' }) },
  },
} as const;
const places = { type: 'kind', aggregateId: '/room/id', id: 'n', time: 'at', version: 'seq' } as const;
const contractOf = (options: PlainJsonOptions, versions: VersionSource = 'sequence') =>
  defineEvents({ aggregates, reader: plainJson(options), versions });
const chats = contractOf(places);
const message = {
  kind: 'posted',
  room: { id: 'r-1' },
  n: 'm-1',
  at: '2026-11-20T09:31:01Z',
  seq: 2,
  text: 'Hi',
};
const text = (more: object = {}) => JSON.stringify({ ...message, ...more });

describe('plain JSON', () => {
  it('is read by the paths that are declared, its data the whole value', () => {
    expect(chats.read(Buffer.from(text()))).toEqual({
      ok: true,
      event: {
        id: 'm-1',
        type: 'posted',
        subject: 'r-1',
        time: '2026-11-20T09:31:01Z',
        aggregatetype: 'room',
        aggregateversion: 2,
        data: message,
      },
    });
  });

  it('is read from headers, key, timestamp and constants', () => {
    const contract = contractOf({
      type: { header: 'type' },
      aggregateId: { key: true },
      id: { header: 'id' },
      time: { timestamp: true },
      version: { header: 'seq' },
      aggregateType: { constant: 'room' },
      data: '/body',
    });
    const headers = [
      ['type', Buffer.from('posted')],
      ['id', 'm-0'],
      ['id', Buffer.from('m-1')],
      ['seq', '0002'],
    ] as const;
    const record = recordOf({ key: Buffer.from('r-1'), headers, timestamp: 1_763_631_061_000 });
    expect(contract.read('{"body":{"text":"Hi"}}', record)).toEqual({
      ok: true,
      event: {
        id: 'm-1',
        type: 'posted',
        subject: 'r-1',
        time: '2025-11-20T09:31:01.000Z',
        aggregatetype: 'room',
        aggregateversion: 2,
        data: { text: 'Hi' },
      },
    });
  });

  it('gives back what was written, whatever names and values it has', () => {
    const name = fc.string({ minLength: 1, maxLength: 8 });
    const safe = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((t) => !t.includes('\0'));
    const id = fc.oneof(safe, fc.maxSafeInteger());
    const time = fc.date({ min: new Date(0), max: new Date('9999-01-01T00:00:00Z'), noInvalidDate: true });
    const version = fc.integer({ min: 2, max: 2_147_483_647 });
    const names = fc.uniqueArray(name, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(
        names,
        id,
        id,
        time,
        version,
        fc.jsonValue(),
        (names, id, aggregateId, time, version, more) => {
          const pointers = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
          const [type, aggregate, own, at, seq] = pointers as [string, string, string, string, string];
          const contract = contractOf({ type, aggregateId: aggregate, id: own, time: at, version: seq });
          const values = ['posted', aggregateId, id, time.getTime(), String(version)];
          const value = JSON.stringify(
            Object.fromEntries([['more than names', more], ...names.map((name, i) => [name, values[i]])]),
          );
          expect(contract.read(value)).toEqual({
            ok: true,
            event: {
              id: String(id),
              type: 'posted',
              subject: String(aggregateId),
              time: time.toISOString(),
              aggregatetype: 'room',
              aggregateversion: version,
              data: JSON.parse(value),
            },
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('takes the first of several places that is there', () => {
    const contract = contractOf({ ...places, type: ['type', { header: 'type' }, 'kind'] });
    expect(contract.read(text({ type: 'opened', seq: 1 }), recordOf({}))).toMatchObject({
      event: { type: 'opened' },
    });
    const headers = [['type', 'posted']] as const;
    expect(contract.read(text({ type: null, kind: 'x' }), recordOf({ headers }))).toMatchObject({
      event: { type: 'posted' },
    });
    expect(contract.read(text({}), recordOf({}))).toMatchObject({ event: { type: 'posted' } });
  });

  it('without ids makes them of the aggregate and the position, within their bound', () => {
    const { id: _, ...unnamed } = places;
    const contract = contractOf(unnamed);
    expect(contract.read(text(), recordOf({ position: 7n }))).toMatchObject({ event: { id: 'r-1@7' } });
    const long = `${'x'.repeat(99)}${'💡'.repeat(29)}`;
    const result = contract.read(text({ room: { id: long } }), recordOf({ position: 2n ** 63n - 1n }));
    expect(result).toMatchObject({ ok: true, event: { subject: long } });
    expect(contract.read(text({ room: {} }), recordOf({}))).toMatchObject({ path: '/subject' });
    expect(plainJson(unnamed).readsHeaders).toBe(true);
  });

  it('without a version is ordered by position, and only so', () => {
    const { version: _, ...uncounted } = places;
    expect(() => contractOf(uncounted)).toThrow('no version source: plain JSON');
    const byPosition = contractOf(uncounted, 'position');
    expect(byPosition.read(text(), recordOf({ position: 41n }))).toMatchObject({
      event: { aggregateversion: 42 },
    });
  });
});

describe('a declaration', () => {
  it.each(['a..b', '.a', 'a.', '/a~2', '/~'])('of a path that no value has is refused: %s', (path) => {
    expect(() => plainJson({ ...places, id: path })).toThrow(RangeError);
  });

  it('says whether records are needed, and headers', () => {
    expect(plainJson(places).readsHeaders).toBe(false);
    expect(plainJson({ ...places, aggregateId: { key: true } }).readsHeaders).toBe(false);
    expect(plainJson({ ...places, id: { key: true } }).readsHeaders).toBe(true);
    for (const beside of [{ header: 'x' }, { timestamp: true }, ['at', { header: 'x' }]] as const)
      expect(plainJson({ ...places, time: beside }).readsHeaders).toBe(true);
    expect(() => contractOf({ ...places, aggregateId: { key: true } }).read(text())).toThrow(
      'plain JSON as declared here is read with key, headers and position of its record',
    );
  });
});

describe('a value that is no event says why', () => {
  it.each([
    ['not-an-envelope', '/type must be string', { kind: undefined }],
    ['not-an-envelope', '/type must be string', { kind: 7 }],
    ['unknown-type', 'unknown type: lost', { kind: 'lost', seq: 'x', n: null }],
    ['schema-violated', '/subject is required', { room: undefined }],
    ['schema-violated', '/subject is required', { room: 'r-1' }],
    ['schema-violated', '/subject must be string', { room: { id: null } }],
    ['schema-violated', '/subject must be string', { room: { id: 2 ** 53 } }],
    ['schema-violated', '/subject must NOT have fewer than 1 characters', { room: { id: '' } }],
    ['schema-violated', '/id must match pattern', { n: 'a\0b' }],
    ['schema-violated', '/id must match pattern', { n: 'a\ud800b' }],
    ['schema-violated', '/id must NOT have more than 128 characters', { n: 'n'.repeat(100_000) }],
    ['schema-violated', '/time must match format "date-time"', { at: '2026-11-20 09:31' }],
    ['schema-violated', '/time must be string', { at: 1.5 }],
    ['schema-violated', '/aggregateversion must be integer', { seq: '2.0' }],
    ['schema-violated', '/aggregateversion must be <= 2147483647', { seq: 2 ** 31 }],
    ['schema-violated', '/aggregateversion must be >= 2', { seq: 1 }],
    ['schema-violated', '/aggregateversion is required', { seq: undefined }],
  ])('%s: %s', (reason, message, more) => {
    const failure = chats.read(text(more));
    if (failure.ok) throw new Error('it was read');
    expect(failure.reason).toBe(reason);
    expect(failure.message).toContain(message);
    expect(failure.message.length).toBeLessThan(300);
  });

  it('with the identity that stands outside it', () => {
    const contract = contractOf({
      ...places,
      type: { header: 'type' },
      aggregateId: { key: true },
      version: { header: 'seq' },
    });
    const headers = [
      ['type', 'posted'],
      ['seq', '2'],
    ] as const;
    const record = recordOf({ key: 'r-1', headers });
    const identity = { type: 'posted', subject: 'r-1', aggregateVersion: 2 };
    expect(contract.read(null, record)).toMatchObject({ reason: 'null-value', ...identity });
    expect(contract.read(Buffer.from([0xff]), record)).toMatchObject({ reason: 'not-json', ...identity });
    expect(contract.read('[]', record)).toMatchObject({ reason: 'not-an-envelope', ...identity });
  });

  it('and no name in it reaches a prototype', () => {
    for (const path of [
      '__proto__',
      '/constructor/name',
      'toString',
      '/room/__proto__/id',
      'kind.length.x',
    ]) {
      const contract = contractOf({ ...places, id: path });
      expect(contract.read(text())).toMatchObject({ message: 'schema violated: /id is required' });
    }
    const hostile = text().replace('{', '{"__proto__":{"n":"polluted"},');
    expect(chats.read(hostile)).toMatchObject({ ok: true, event: { id: 'm-1' } });
    expect(contractOf({ ...places, id: '/__proto__/n' }).read(hostile)).toMatchObject({
      event: { id: 'polluted' },
    });
    expect(({} as Record<string, unknown>)['n']).toBeUndefined();
  });
});
