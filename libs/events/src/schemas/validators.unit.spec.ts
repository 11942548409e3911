import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { productEvent } from '../testing/product-event-arbitrary.ts';
import { isDateTime } from './date-time.ts';
import { envelopeSchema } from './envelope-schema.ts';
import { useFastKeywords } from './fast-keywords.ts';
import { productEventSchemas } from './product-event-schemas.ts';
import { knownTypes } from './validators.ts';

const plainAjv = new Ajv2020({
  strictTypes: true,
  allowUnionTypes: true,
  formats: { 'date-time': isDateTime },
});
plainAjv.addSchema(envelopeSchema);
const plainValidators = new Map(
  [...productEventSchemas].map(([type, schema]) => [type, plainAjv.compile(schema)]),
);

const anyValue = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 260 }),
  fc.string({ unit: fc.constantFrom('a', '💡', '\ud83d', '\udca1'), minLength: 49, maxLength: 204 }),
  fc.integer(),
  fc.double(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 22 }),
  fc.object(),
);
const anyKey = fc.oneof(
  fc.string(),
  fc.constantFrom('constructor', 'prototype', 'partitionkey', '__proto__', 'data'),
);

describe('the event validators', () => {
  it("agree with ajv's own keywords on valid events and on events with one thing changed", () => {
    let refused = 0;
    const change = fc.record({
      inData: fc.boolean(),
      pick: fc.nat(20),
      key: anyKey,
      useKey: fc.boolean(),
      value: anyValue,
    });
    fc.assert(
      fc.property(productEvent, change, (event, { inData, pick, key, useKey, value }) => {
        const changed = structuredClone(event) as unknown as Record<string, unknown>;
        const target = inData ? (changed.data as Record<string, unknown>) : changed;
        const keys = Object.keys(target);
        const name = useKey ? key : (keys[pick % (keys.length || 1)] ?? key);
        Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
        for (const candidate of [event, changed]) {
          const expected = plainValidators.get(event.type)?.(candidate);
          expect(knownTypes.get(event.type)?.validate(candidate)).toBe(expected);
          if (!expected) refused++;
        }
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});

describe('the fast keywords', () => {
  it("count characters as ajv's own do, also where surrogates stand alone", () => {
    const schema = { type: 'string', minLength: 3, maxLength: 5 };
    const fast = new Ajv2020();
    useFastKeywords(fast);
    const [ours, theirs] = [fast.compile(schema), new Ajv2020().compile(schema)];
    const unit = fc.constantFrom('a', '💡', '\ud83d', '\udca1', '\ud83e');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (text) => {
        expect(ours(text)).toBe(theirs(text));
        expect(ours.errors?.[0]?.message).toBe(theirs.errors?.[0]?.message);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('isDateTime', () => {
  it.each([
    '2026-11-20T09:31:01Z',
    '2026-11-20T09:31:01.007Z',
    '2026-11-20T09:31:01.123456789Z',
    '2024-02-29T23:59:59Z',
    '2000-02-29T00:00:00Z',
    '2026-11-20T09:31:01+02:00',
    '0001-01-01T00:00:00Z',
  ])('accepts %s', (text) => expect(isDateTime(text)).toBe(true));

  it.each([
    '',
    '2026-11-20',
    '2026-11-20 09:31:01Z',
    '2026-11-20T09:31:01',
    '2026-11-20T09:31Z',
    '2026-11-20T09:31:01.Z',
    '2026-11-20T09:31:01.1234567890Z',
    '2026-13-20T09:31:01Z',
    '2026-00-20T09:31:01Z',
    '2026-11-31T09:31:01Z',
    '2026-11-00T09:31:01Z',
    '2026-02-29T09:31:01Z',
    '1900-02-29T09:31:01Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T09:60:01Z',
    '2026-11-20T09:31:60Z',
    '0000-01-01T00:00:00Z',
    '2026-11-20T09:31:01+24:00',
    '2026-11-20T09:31:01+02:60',
    '2026-11-20T09:31:01Z\n',
    '٢٠٢٦-11-20T09:31:01Z',
  ])('refuses %j', (text) => expect(isDateTime(text)).toBe(false));

  it('accepts every moment JavaScript writes and reads no day that it would move', () => {
    fc.assert(
      fc.property(
        fc.nat(9998),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 31 }),
        (y, month, day) => {
          const pad = (value: number, width: number) => String(value).padStart(width, '0');
          const text = `${pad(y + 1, 4)}-${pad(month, 2)}-${pad(day, 2)}T00:00:00.000Z`;
          expect(isDateTime(text)).toBe(new Date(text).toJSON() === text);
        },
      ),
    );
  });
});
