import type { EventContract } from '@reprise/events';
import { productEvents, type ProductEvent } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { listLetters, redriveOutcomes } from '../testing/letter-verbs.ts';
import { lettersOnServers, type RecordToFeed } from '../testing/letters-on-servers.ts';

/** The events of the catalogue as another writer has them: the data alone as value, all else beside it. */
const inHeaders: EventContract = {
  ...productEvents,
  readsHeaders: true,
  read(value, record) {
    const header = (name: string) => record!.header(name)?.toString();
    return productEvents.accept({
      ...{ id: header('id'), type: header('type'), aggregateId: record!.key?.toString() },
      ...{ time: record!.timestamp!(), version: header('version'), data: value },
      more: {
        specversion: '1.0',
        source: '/s',
        datacontenttype: 'application/json',
        correlationid: header('flow'),
      },
    });
  },
};

const recordOf = (
  { id, subject, type, time, aggregateversion, correlationid, data }: ProductEvent,
  more: RecordToFeed['headers'] = {},
): RecordToFeed => ({
  key: Buffer.from(subject),
  value: Buffer.from(JSON.stringify(data)),
  timestamp: String(Date.parse(time)),
  headers: {
    ...{ id, version: String(aggregateversion), flow: [Buffer.from('another'), Buffer.from(correlationid)] },
    ...{ type: Buffer.from(type), reason: 'a header of the record', bytes: Buffer.from([0xff, 0, 0x80]) },
    ...more,
  },
});
const life = () =>
  productHistory({ events: [step.created(), step.published(), step.priceChanged(7), step.stockAdjusted(2)] });

let on: Awaited<ReturnType<typeof lettersOnServers>>;
beforeAll(async () => {
  on = await lettersOnServers(inHeaders);
});

describe('a dead letter of a log whose events stand in headers', () => {
  it('is judged and redriven as its record was read the first time', async () => {
    const events = life();
    const [id] = [events[0]!.subject];
    on.refusing.add(id);
    const ids = await on.fed(...events.map((event) => recordOf(event)));
    const letters = await listLetters(on.servers, ids);
    expect(letters.map(({ letter, version, state }) => [letter.reason, version, state])).toEqual([
      ['refused-by-store', 3, 'open'],
      ['waits-behind', 4, 'open'],
    ]);
    const [{ decoded, letter }] = letters as [(typeof letters)[number]];
    expect(decoded).toMatchObject({ ok: true, event: { ...events[2]!, source: '/s' } });
    expect(letter.original).toMatchObject({
      headers: { reason: Buffer.from('a header of the record'), bytes: Buffer.from([0xff, 0, 0x80]) },
    });

    on.refusing.delete(id);
    expect(await redriveOutcomes(on.servers, [ids[2]!])).toEqual([
      `${ids[2]} applied`,
      `${ids[3]} applied, released`,
    ]);
    expect(await on.versionsOf(id)).toEqual([4, 4]);
  });

  it('is refused by a redrive that would need a header which was too large to keep', async () => {
    const events = life();
    on.refusing.add(events[0]!.subject);
    const [, , third] = await on.fed(
      ...events.slice(0, 2).map((event) => recordOf(event)),
      recordOf(events[2]!, { flow: 'f'.repeat(50_000) }),
    );
    on.refusing.clear();
    expect(await listLetters(on.servers, [third!])).toMatchObject([
      {
        letter: { headers: { 'original-headers-left-out': '{"count":1,"names":["flow"]}' } },
        decoded: { message: expect.stringContaining('its header "flow" is left out of the dead letter') },
      },
    ]);
    expect(await redriveOutcomes(on.servers, [third!])).toEqual([`${third} refused`]);
    expect(await on.versionsOf(events[0]!.subject)).toEqual([2, 2]);
  });
});
