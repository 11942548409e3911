import { newEventId, type DomainEvent } from '@reprise/events';
import {
  appendToOutbox,
  encodeForOutbox,
  maxEventBytes,
  outboxInsertFrom,
  type EncodedEvent,
} from './append.ts';
import { aggregate, outboxDatabase, type OutboxDatabase } from './testing/outbox-database.ts';

interface MessageRow {
  readonly event_id: string;
  readonly aggregate_id: string;
  readonly aggregate_version: number;
  readonly type: string;
  readonly payload: string;
  readonly processed: boolean;
}

let outbox: OutboxDatabase;

beforeAll(async () => {
  outbox = await outboxDatabase();
});

beforeEach(async () => {
  await outbox.pool.query('TRUNCATE outbox_events');
});

const messages = async (): Promise<MessageRow[]> =>
  (
    await outbox.pool.query<MessageRow>(
      'SELECT event_id, aggregate_id, aggregate_version, type, payload::text, processed FROM outbox_events ORDER BY id',
    )
  ).rows;

const encode = (event: DomainEvent): string => JSON.stringify(event);

const eventOf = (number: number, version: number): DomainEvent => ({
  id: newEventId(new Date(Date.UTC(2026, 0, 1) + version)),
  type: 'sample.changed.v1',
  subject: aggregate(number),
  time: '2026-01-01T00:00:00.000Z',
  aggregatetype: 'sample',
  aggregateversion: version,
  data: { title: 'Straße "A\\B" \u{1F600}', tags: ['a,b', '{c}'] },
});

const history = (number: number, length: number): EncodedEvent[] =>
  Array.from({ length }, (_, index) => eventOf(number, index + 1)).map((event) => ({
    event,
    text: encode(event),
  }));

describe('appendToOutbox', () => {
  it('gives messages ids in the order of the events and keeps their text byte for byte', async () => {
    const [one, other] = [history(1, 30), history(2, 30)];
    const interleaved = one.flatMap((event, index) => [event, other[index]!]);
    await appendToOutbox(outbox.pool, interleaved);
    expect(await messages()).toEqual(
      interleaved.map(({ event, text }) => ({
        event_id: event.id,
        aggregate_id: event.subject,
        aggregate_version: event.aggregateversion,
        type: event.type,
        payload: text,
        processed: false,
      })),
    );
  });

  it('sends no statement for no event', async () => {
    const sent: string[] = [];
    await appendToOutbox({ query: async (sql) => sent.push(sql) }, []);
    expect(sent).toEqual([]);
  });

  it('sends one statement for many events', async () => {
    const sent: string[] = [];
    await appendToOutbox({ query: async (sql) => sent.push(sql) }, history(3, 10));
    expect(sent).toHaveLength(1);
  });

  it('is undone with the transaction it is part of', async () => {
    const client = await outbox.pool.connect();
    await client.query('BEGIN');
    await appendToOutbox(client, history(4, 2));
    await client.query('ROLLBACK');
    client.release();
    expect(await messages()).toEqual([]);
  });
});

describe('encodeForOutbox', () => {
  const padded = (bytes: number): DomainEvent =>
    Object.assign({}, eventOf(1, 1), { padding: `${'é'.repeat(bytes >> 1)}${'e'.repeat(bytes & 1)}` });

  it('refuses an event that no broker takes, by its bytes', () => {
    const room = maxEventBytes - Buffer.byteLength(encode(padded(0)));
    expect(Buffer.byteLength(encodeForOutbox(padded(room), encode).text)).toBe(maxEventBytes);
    expect(() => encodeForOutbox(padded(room + 1), encode)).toThrow(
      expect.objectContaining({ code: 'EVENT_TOO_LARGE', retryable: false }),
    );
  });
});

describe('outboxInsertFrom', () => {
  it('appends what a larger statement has stored', async () => {
    const [stored] = history(5, 1);
    await outbox.pool.query(
      `WITH stored AS (
         SELECT $1::uuid AS event_id, $2::uuid AS aggregate_id, 1 AS aggregate_version, $3 AS type, $4::json AS envelope
       ) ${outboxInsertFrom('stored')}`,
      [stored!.event.id, stored!.event.subject, stored!.event.type, stored!.text],
    );
    expect(await messages()).toMatchObject([{ event_id: stored!.event.id, payload: stored!.text }]);
  });
});
