import fc from 'fast-check';
import { InvalidEventError, type OpenFailure } from '@reprise/events';
import { productEvents, type ProductEvent } from './index.ts';
import { productEvent } from './testing/product-event-arbitrary.ts';

const priceChanged = {
  specversion: '1.0',
  id: '01a1f84b-840f-7197-89f6-239ea9b4bfca',
  source: '/reprise/product-api',
  type: 'product.price-changed.v1',
  subject: '01a1f84a-95c0-7790-9c1c-1f0707070707',
  time: '2026-11-20T09:31:01.007Z',
  datacontenttype: 'application/json',
  aggregatetype: 'product',
  aggregateversion: 2,
  correlationid: '01a1f84b-840f-7770-a424-250909090909',
  data: { priceMinor: 4990, currency: 'EUR' },
};

const created = {
  ...priceChanged,
  type: 'product.created.v1',
  aggregateversion: 1,
  data: {
    title: 'Kettle',
    description: '',
    categoryId: 'kitchen',
    priceMinor: 1,
    currency: 'EUR',
    stock: 0,
    tags: [] as unknown[],
  },
};

const refusal = (value: unknown): OpenFailure => {
  const result = productEvents.read(typeof value === 'string' ? value : JSON.stringify(value));
  if (result.ok) throw new Error('it was decoded');
  return result;
};

describe('encoding and reading', () => {
  it('give back every event they were given', () => {
    fc.assert(
      fc.property(productEvent, (event) => {
        const text = productEvents.encode(event);
        expect(productEvents.read(Buffer.from(text))).toEqual({ ok: true, event });
        expect(productEvents.read(text)).toEqual({ ok: true, event });
      }),
    );
  });

  it('write equal events as equal text, whatever the order of their keys', () => {
    fc.assert(
      fc.property(productEvent, (event) => {
        const backwards = Object.fromEntries(Object.entries(event).reverse()) as unknown as ProductEvent;
        expect(productEvents.encode(backwards)).toBe(productEvents.encode(event));
      }),
    );
  });

  it('keep the extension attributes of others', () => {
    const result = productEvents.read(
      JSON.stringify({ zone: 'eu', ...priceChanged, partitionkey: 'a', sampled: true }),
    );
    if (!result.ok) throw new Error(result.message);
    expect(result.event).toMatchObject({ partitionkey: 'a', sampled: true, zone: 'eu' });
    expect(productEvents.encode(result.event)).toContain(
      '"partitionkey":"a","sampled":true,"zone":"eu","data":',
    );
  });

  it('refuse to write what could not be read', () => {
    const invalid = {
      ...priceChanged,
      data: { priceMinor: 1.5, currency: 'EUR' },
    } as unknown as ProductEvent;
    expect(() => productEvents.encode(invalid)).toThrow(InvalidEventError);
    expect(() => productEvents.encode(invalid)).toThrow('schema violated: /data/priceMinor must be integer');
    expect(() => productEvents.encode({ ...invalid, type: 'product.sold.v1' } as never)).toThrow(
      InvalidEventError,
    );
  });
});

it('lengths count Unicode code points, not UTF-16 units', () => {
  const titled = (title: string) =>
    JSON.stringify({ ...created, data: { ...created.data, title, tags: ['💡'.repeat(50)] } });
  expect(productEvents.read(titled('💡'.repeat(200))).ok).toBe(true);
  expect(productEvents.read(titled('💡'.repeat(201)))).toMatchObject({ path: '/data/title' });
});

describe('reading says why a value is not an event', () => {
  it('when the record has no value', () => {
    expect(productEvents.read(null)).toEqual({
      ok: false,
      reason: 'null-value',
      message: 'the record has no value',
    });
  });

  it.each(['', '{', 'not json', '{"a":1}}', 'NaN', "{'a':1}", '\ufeff{}'])(
    'when it is not JSON: %j',
    (text) => {
      expect(refusal(text)).toEqual({ ok: false, reason: 'not-json', message: 'not JSON' });
    },
  );

  it('when its bytes are not UTF-8', () => {
    const bytes = Buffer.from(JSON.stringify(created).replace('Kettle', 'K\xe9ttle'), 'latin1');
    expect(productEvents.read(bytes)).toMatchObject({ reason: 'not-json', message: 'not JSON' });
  });

  it.each(['null', '1', '"text"', 'true', '[]', '[{}]'])('when its JSON is not an object: %s', (text) => {
    expect(refusal(text)).toEqual({
      ok: false,
      reason: 'not-an-envelope',
      message: 'not an event envelope: the JSON value is not an object',
    });
  });

  it.each([
    [{}, '/specversion'],
    [{ ...priceChanged, specversion: '0.3' }, '/specversion'],
    [{ ...priceChanged, specversion: 1 }, '/specversion'],
    [{ ...priceChanged, type: undefined }, '/type'],
    [{ ...priceChanged, type: ['product.created.v1'] }, '/type'],
  ])('when it is not a CloudEvents 1.0 envelope: %j', (value, path) => {
    expect(refusal(value)).toMatchObject({ reason: 'not-an-envelope', path });
  });

  it.each([
    'product.created.v2',
    'product.created.v99',
    'product.price-changed.v-1',
    'order.created.v1',
    '',
    '__proto__',
  ])('when its type is unknown: %j', (type) => {
    expect(refusal({ ...priceChanged, type })).toEqual({
      ok: false,
      reason: 'unknown-type',
      message: `unknown type: ${type}`,
      type,
      subject: priceChanged.subject,
      aggregateVersion: 2,
    });
  });

  it('with the identity of the event as far as it can be trusted', () => {
    const value = { ...priceChanged, subject: 7, aggregateversion: '2', data: {} };
    expect(refusal(value)).toMatchObject({ reason: 'schema-violated', type: 'product.price-changed.v1' });
    expect(refusal(value)).not.toHaveProperty('subject');
    expect(refusal(value)).not.toHaveProperty('aggregateVersion');
    expect(refusal({ ...priceChanged, type: 'x'.repeat(5000) }).message.length).toBeLessThan(200);
  });
});

describe('reading points at the broken rule', () => {
  const of = (data: object, more: object = {}) => ({ ...priceChanged, ...more, data });
  const createdWith = (data: object) => ({ ...created, data: { ...created.data, ...data } });
  const typed = (type: string, data: object) => ({ ...priceChanged, type, data });

  it.each<[string, unknown]>([
    ['/subject must NOT have fewer than 1 characters', { ...priceChanged, subject: '' }],
    ['/subject must NOT have more than 128 characters', { ...priceChanged, subject: 's'.repeat(129) }],
    ['/subject is required', { ...priceChanged, subject: undefined }],
    ['/id must be string', { ...priceChanged, id: 7 }],
    ['/time must match format "date-time"', { ...priceChanged, time: '2026-02-30T00:00:00Z' }],
    ['/time must match pattern "Z$"', { ...priceChanged, time: '2026-11-20T09:31:01+01:00' }],
    ['/datacontenttype must be "application/json"', { ...priceChanged, datacontenttype: 'text/plain' }],
    ['/aggregatetype must be "product"', { ...priceChanged, aggregatetype: 'order' }],
    ['/aggregateversion must be >= 1', { ...priceChanged, aggregateversion: 0 }],
    ['/aggregateversion must be >= 1', { ...priceChanged, aggregateversion: -3 }],
    ['/aggregateversion must be integer', { ...priceChanged, aggregateversion: 2.5 }],
    ['/aggregateversion must be integer', { ...priceChanged, aggregateversion: '2' }],
    ['/aggregateversion must be >= 2', { ...priceChanged, aggregateversion: 1 }],
    ['/aggregateversion must be 1', { ...created, aggregateversion: 2 }],
    ['/correlationid is required', { ...priceChanged, correlationid: undefined }],
    ['/traceparent must match pattern', { ...priceChanged, traceparent: 'x' }],
    ['/data is required', { ...priceChanged, data: undefined }],
    ['/data must be object', { ...priceChanged, data: [] }],
    ['/data must be object', { ...priceChanged, data: null }],
    ['/data/priceMinor is required', of({ currency: 'EUR' })],
    ['/data/priceMinor must be integer', of({ priceMinor: 10.5, currency: 'EUR' })],
    ['/data/priceMinor must be integer', of({ priceMinor: '10', currency: 'EUR' })],
    ['/data/priceMinor must be integer', of({ priceMinor: null, currency: 'EUR' })],
    ['/data/priceMinor must be >= 0', of({ priceMinor: -1, currency: 'EUR' })],
    ['/data/priceMinor must be <= 9007199254740991', of({ priceMinor: 2 ** 53, currency: 'EUR' })],
    ['/data/priceMinor must be integer', JSON.stringify(priceChanged).replace('4990', '1e999')],
    ['/data/currency must match pattern', of({ priceMinor: 1, currency: 'eur' })],
    ['/data/currency must match pattern', of({ priceMinor: 1, currency: 'EURO' })],
    ['/data/currency must match pattern', of({ priceMinor: 1, currency: 'EUR\n' })],
    ['/data/discount is not allowed', of({ priceMinor: 1, currency: 'EUR', discount: 1 })],
    ['/data/a~1b~0c is not allowed', of({ priceMinor: 1, currency: 'EUR', 'a/b~c': 1 })],
    ['/data/title must NOT have fewer than 1 characters', createdWith({ title: '' })],
    ['/data/title must NOT have more than 200 characters', createdWith({ title: 't'.repeat(201) })],
    ['/data/title must match pattern', createdWith({ title: 'a\0b' })],
    ['/data/title must match pattern', createdWith({ title: 'a\ud800b' })],
    ['/data/description must NOT have more than 10000', createdWith({ description: 'd'.repeat(10_001) })],
    ['/data/brand must NOT have fewer than 1 characters', createdWith({ brand: '' })],
    ['/data/categoryId must NOT have more than 64 characters', createdWith({ categoryId: 'c'.repeat(65) })],
    ['/data/stock must be >= 0', createdWith({ stock: -1 })],
    ['/data/tags must be array', createdWith({ tags: 'a' })],
    ['/data/tags must NOT have more than 20 items', createdWith({ tags: Array(21).fill('t') })],
    ['/data/tags/1 must be string', createdWith({ tags: ['a', 1] })],
    ['/data/tags/0 must NOT have more than 50 characters', createdWith({ tags: ['t'.repeat(51)] })],
    ['/data must NOT have fewer than 1 properties', typed('product.details-changed.v1', {})],
    ['/data/categoryId is not allowed', typed('product.details-changed.v1', { categoryId: 'a' })],
    ['/data/delta is not an allowed value', typed('product.stock-adjusted.v1', { delta: 0 })],
    ['/data/delta must be integer', typed('product.stock-adjusted.v1', { delta: 0.5 })],
    ['/data/reason is not allowed', typed('product.published.v1', { reason: 'x' })],
    ['/data/reason must be string', typed('product.deleted.v1', { reason: {} })],
  ])('%s', (message, value) => {
    expect(refusal(value)).toMatchObject({ reason: 'schema-violated' });
    expect(refusal(value).message).toContain(`schema violated: ${message}`);
    expect(refusal(value).path).toBe(message.split(' ')[0]);
  });

  it.each([
    ['/__proto__', '"__proto__":"x","id"', '"id"'],
    ['/__proto__', '"__proto__":{"polluted":true},"id"', '"id"'],
    ['/constructor', '"constructor":"x","id"', '"id"'],
    ['/prototype', '"prototype":"x","id"', '"id"'],
    ['/data/__proto__', '"__proto__":{"priceMinor":1},"priceMinor"', '"priceMinor"'],
    ['/data/constructor', '"constructor":{"prototype":{}},"priceMinor"', '"priceMinor"'],
    ['/nested', '"nested":{"__proto__":{}},"id"', '"id"'],
    ['/UPPER', '"UPPER":1,"id"', '"id"'],
    ['/with_underscore', '"with_underscore":1,"id"', '"id"'],
  ])('%s is refused as a key', (path, replacement, place) => {
    const text = JSON.stringify(priceChanged).replace(place, replacement);
    expect(refusal(text)).toMatchObject({ reason: 'schema-violated', path });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

it('reading answers any text and any JSON without throwing', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `{"specversion":"1.0","type":"product.created.v1","data":${json}}`),
      ),
      (text) => {
        expect(productEvents.read(text).ok).toBe(false);
        expect(productEvents.read(Buffer.from(text)).ok).toBe(false);
      },
    ),
  );
});
