import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { isDateTime } from '@reprise/events';
import { productEvents, type ProductEvent } from './index.ts';
import { productEvent } from './testing/product-event-arbitrary.ts';

const plainAjv = new Ajv2020({
  strictTypes: true,
  allowUnionTypes: true,
  formats: { 'date-time': isDateTime },
});
plainAjv.addSchema(productEvents.schemas.envelope);
const plainValidators = new Map(
  [...productEvents.schemas.byType].map(([type, schema]) => [type, plainAjv.compile(schema)]),
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
          expect(productEvents.violationOf(candidate as ProductEvent) === undefined).toBe(expected);
          if (!expected) refused++;
        }
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});
