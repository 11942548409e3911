import fc from 'fast-check';
import { defineEvents } from './contract/define-events.ts';
import { isStorableText, nameOfKey, storableJson, storableText } from './outside-text.ts';
import { ticketOptions } from './testing/ticket-contract.ts';

/** Any text, with what no database holds in it more often than chance would have it. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', '\ud800', '\udfff', '\\', '\\u0000', '__proto__'),
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));

const tickets = defineEvents(ticketOptions);

describe('text from outside', () => {
  it('is made storable once and for all, and left alone where it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const kept = storableText(text);
        expect(isStorableText(kept)).toBe(true);
        expect(kept).toHaveLength(text.length);
        expect(storableText(kept)).toBe(kept);
        if (isStorableText(text)) expect(kept).toBe(text);
      }),
    );
    expect(storableText('a\0b\ud800c')).toBe('a\uFFFDb\uFFFDc');
    expect(storableText('💡💡', 3)).toBe('💡\uFFFD…');
  });

  it('in JSON is storable wherever it stands, and nothing else of the JSON changes', () => {
    const storable = (value: unknown): unknown =>
      typeof value === 'string'
        ? storableText(value)
        : Array.isArray(value)
          ? value.map(storable)
          : typeof value === 'object' && value !== null
            ? Object.fromEntries(
                Object.entries(value).map(([name, member]) => [storableText(name), storable(member)]),
              )
            : value;
    const json = fc.dictionary(
      anyText,
      fc.oneof(anyText, fc.array(anyText), fc.double({ noNaN: true, noDefaultInfinity: true })),
    );
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(storableJson(value))).toEqual(JSON.parse(JSON.stringify(storable(value))));
      }),
    );
    expect(storableJson({ '\0': '\\u0000 \\\ud800' })).toBe('{"\\ufffd":"\\\\u0000 \\\\\\ufffd"}');
  });

  it('names a record by its key, whatever bytes it has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const name = nameOfKey(Buffer.from(bytes));
        expect(isStorableText(name)).toBe(true);
        expect(name.length).toBeLessThanOrEqual(131);
      }),
    );
    expect(nameOfKey(Buffer.from('Straße'))).toBe('Straße');
    expect(nameOfKey(Buffer.from('000000000000002a', 'hex'))).toBe('0x000000000000002a');
    expect(nameOfKey(Buffer.from([0x61, 0xff]))).toBe('0x61ff');
    expect(nameOfKey('a\0')).toBe('a\uFFFD');
  });
});

describe('what is said of a value that is not an event', () => {
  it('can be stored and filed, whatever the value holds', () => {
    const member = fc.oneof(anyText, fc.integer(), fc.constant(null));
    const envelope = fc.record(
      {
        specversion: fc.constantFrom('1.0', '2'),
        type: member,
        subject: member,
        data: fc.dictionary(anyText, member),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(envelope, fc.dictionary(anyText, member), (known, more) => {
        const decoded = tickets.read(JSON.stringify({ ...more, ...known }));
        if (decoded.ok) throw new Error('an event?');
        for (const text of Object.values(decoded).filter((value) => typeof value === 'string'))
          expect(isStorableText(text)).toBe(true);
      }),
    );
    const decoded = tickets.read('{"specversion":"1.0","type":"a\\u0000b","subject":"x\\ud800y"}');
    expect(decoded).toMatchObject({ reason: 'unknown-type', type: 'a\uFFFDb', subject: 'x\uFFFDy' });
  });
});
