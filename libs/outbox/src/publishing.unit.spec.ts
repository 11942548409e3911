import fc from 'fast-check';
import { type OutboxMessage, type PublishableMessage } from './message.ts';
import { publishInOrder, type Send } from './publishing.ts';

function message(id: number, aggregateId: string, payload: string | null = `{"id":${id}}`): OutboxMessage {
  return { id: String(id), aggregateId, aggregateVersion: id, bytes: payload?.length ?? 9_999, payload };
}

/** A log that refuses any batch with one of these messages in it, and remembers what it acknowledged. */
function log(bad: ReadonlySet<string> = new Set()): { send: Send; stored: string[]; sends: string[][] } {
  const stored: string[] = [];
  const sends: string[][] = [];
  const send = (batch: readonly PublishableMessage[]): ReturnType<Send> => {
    const ids = batch.map(({ id }) => id);
    sends.push(ids);
    const refused = ids.find((id) => bad.has(id));
    if (refused !== undefined)
      return Promise.resolve({ outcome: 'refused', reason: `MESSAGE_TOO_LARGE: ${refused}` });
    stored.push(...ids);
    return Promise.resolve({ outcome: 'acknowledged' });
  };
  return { send, stored, sends };
}

const idsOf = (messages: readonly { readonly id: string }[]): string[] => messages.map(({ id }) => id);

describe('publishing a claimed batch', () => {
  it('sends everything in one go when nothing is refused', async () => {
    const { send, sends } = log();
    const result = await publishInOrder([message(1, 'a'), message(2, 'b'), message(3, 'a')], send);
    expect(sends).toEqual([['1', '2', '3']]);
    expect(idsOf(result.published)).toEqual(['1', '2', '3']);
    expect(result.refused).toEqual([]);
  });

  it('sends nothing when the batch is empty', async () => {
    const { send, sends } = log();
    await publishInOrder([], send);
    expect(sends).toEqual([]);
  });

  it('names the one refused message and publishes the other aggregates', async () => {
    const { send } = log(new Set(['3']));
    const batch = [
      message(1, 'a'),
      message(2, 'b'),
      message(3, 'a'),
      message(4, 'c'),
      message(5, 'a'),
      message(6, 'b'),
    ];
    const result = await publishInOrder(batch, send);
    expect(idsOf(result.published)).toEqual(['1', '2', '4', '6']);
    expect(result.refused).toEqual([{ message: batch[2], reason: 'MESSAGE_TOO_LARGE: 3' }]);
  });

  it('publishes what comes before an unreadably large message of an aggregate and holds back what follows it', async () => {
    const { send, stored } = log();
    const result = await publishInOrder(
      [message(1, 'a'), message(2, 'a', null), message(3, 'a'), message(4, 'b')],
      send,
    );
    expect(stored).toEqual(['1', '4']);
    expect(result.refused.map(({ message: { id } }) => id)).toEqual(['2']);
    expect(result.refused[0]?.reason).toMatch(/9999 bytes/);
  });

  it('finds one bad message among many with few sends', async () => {
    const { send, sends } = log(new Set(['1500']));
    const batch = Array.from({ length: 2_000 }, (_, index) => message(index + 1, `aggregate-${index % 400}`));
    await publishInOrder(batch, send);
    expect(sends.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(2_000)) + 1);
  });

  it('passes an outage on and refuses nothing because of it', async () => {
    const outage = new Error('no broker');
    await expect(publishInOrder([message(1, 'a')], () => Promise.reject(outage))).rejects.toBe(outage);
  });

  it('keeps aggregate order, holds back exactly what follows a refusal, and loses nothing, whatever is refused', async () => {
    const batches = fc.array(
      fc.record({ aggregate: fc.integer({ min: 0, max: 5 }), bad: fc.boolean(), oversized: fc.boolean() }),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(batches, async (rows) => {
        const bad = new Set(rows.flatMap((row, index) => (row.bad && !row.oversized ? [String(index)] : [])));
        const batch = rows.map((row, index) =>
          message(index, `a${row.aggregate}`, row.oversized ? null : '{}'),
        );
        const { send, stored } = log(bad);
        const { published, refused } = await publishInOrder(batch, send);

        // A naive reading: per aggregate, everything before its first bad message goes out, and that one is refused.
        const firstBad = new Map<string, string>();
        rows.forEach((row, index) => {
          const key = `a${row.aggregate}`;
          if ((row.bad || row.oversized) && !firstBad.has(key)) firstBad.set(key, String(index));
        });
        const expected = batch.filter(({ id, aggregateId }) => {
          const stop = firstBad.get(aggregateId);
          return stop === undefined || Number(id) < Number(stop);
        });
        expect(idsOf(published)).toEqual(idsOf(expected));
        expect(stored).toEqual(idsOf(expected));
        expect(new Set(refused.map(({ message: { id } }) => id))).toEqual(new Set(firstBad.values()));
      }),
    );
  });
});
