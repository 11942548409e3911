import fc from 'fast-check';
import type { DeadLetter } from './dead-letter.ts';
import { letterHeaders, letterId, parseLetter, parseLetterId } from './letter-headers.ts';

const text = fc.string({ minLength: 1, maxLength: 60 });
const offset = fc.bigInt({ min: 0n, max: 10n ** 17n });
const key = fc.record({ partition: fc.nat(100_000), offset });

const anyLetter: fc.Arbitrary<DeadLetter> = fc.record(
  {
    ...{ partition: fc.nat(100_000), offset, key: fc.constant(null), value: fc.constant(Buffer.from('x')) },
    ...{ reason: text, message: text, attempts: fc.nat({ max: 100 }) },
    ...{ aggregateId: text, aggregateVersion: fc.nat(), type: text, projection: text, waitsBehind: key },
  },
  { requiredKeys: ['partition', 'offset', 'key', 'value', 'reason', 'message', 'attempts'] },
);

const origin = { topic: 'product.events', topicId: 'an-id', at: '2026-11-21T08:00:00.000Z' };

describe('the headers of a dead letter', () => {
  it('say everything that is known of it', () => {
    fc.assert(
      fc.property(anyLetter, (letter) => {
        const headers = letterHeaders(letter, origin) as Record<string, string>;
        const { topic, topicId, at: deadLetteredAt } = origin;
        expect(parseLetter(headers, letter)).toEqual({ ...letter, topic, topicId, deadLetteredAt, headers });
      }),
    );
  });

  it('keep errors short', () => {
    const letter = { partition: 0, offset: 1n, key: null, value: null, reason: 'r', attempts: 1 };
    expect(letterHeaders({ ...letter, message: 'x'.repeat(9_000) }, origin)['error']).toHaveLength(1_000);
  });

  it('are not dead letters without a place in a log', () => {
    for (const headers of [
      {},
      { 'original-topic': 't', 'original-partition': '0' },
      { 'original-topic': 'a:b' },
    ])
      expect(parseLetter(headers as Record<string, string>, { key: null, value: null })).toBeUndefined();
  });

  it('give it an id that can be read back', () => {
    const id = letterId('product.events', { partition: 3, offset: 1042n });
    expect(id).toBe('product.events:3:1042');
    expect(parseLetterId(id)).toEqual({ topic: 'product.events', partition: 3, offset: 1042n });
    for (const other of ['', '3:1042', 'a:b:1', 'a b:1:2', 'a:1:-2'])
      expect(parseLetterId(other)).toBeUndefined();
  });
});
