import { canaryCount, canaryId } from '@reprise/events';
import { productEvents } from '@reprise/product-events';
import { silentLogger } from '@reprise/runtime';
import { CanaryWriter } from '@reprise/write-api';
import { Registry } from 'prom-client';
import { writeSide, type WriteSide } from './testing/write-side.ts';

let side: WriteSide;
let writers: CanaryWriter[];

beforeAll(async () => {
  side = await writeSide();
  const options = { context: 'product', source: '/reprise/product-api', logger: silentLogger() };
  writers = [1, 2].map(() => new CanaryWriter(side.database, { ...options, metrics: new Registry() }));
});

const time = new Date('2026-11-30T12:00:00Z');
const take = (turn: number) => Promise.all(writers.map((writer) => writer.take(turn, time)));

interface Row {
  readonly id: string;
  readonly version: number;
  readonly text: string;
}
const stored = (table: string, envelope: string) =>
  side.query<Row>(
    `SELECT aggregate_id AS id, aggregate_version AS version, ${envelope}::text AS text FROM ${table} ORDER BY aggregate_version`,
    [],
  );

describe('a canary', () => {
  it('is written once in its turn by several processes, with its event and its outbox message', async () => {
    expect((await take(7)).sort()).toEqual([false, true]);
    expect((await take(7)).sort()).toEqual([false, false]);
    // The same canary again, a round later.
    expect((await take(7 + canaryCount)).sort()).toEqual([false, true]);
    const events = await stored('event_store', 'envelope');
    expect(events.map(({ id, version }) => [id, version])).toEqual([
      [canaryId(7), 1],
      [canaryId(7), 2],
    ]);
    expect(await stored('outbox_events', 'payload')).toEqual(events);
    for (const { text } of events) expect(productEvents.read(text)).toMatchObject({ ok: true });
    const rows = await side.query<{ turn: string }>('SELECT turn FROM reprise_canaries', []);
    expect(rows).toEqual([{ turn: String(7 + canaryCount) }]);
  });

  it('of an earlier turn comes too late', async () => {
    expect(await take(7)).toEqual([false, false]);
  });
});
