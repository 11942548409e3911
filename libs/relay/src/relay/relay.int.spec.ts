import { afterFile, eventually, kafkaAdmin } from '@reprise/test-kit';
import { createLogger } from '@reprise/runtime';
import { releaseParked } from '@reprise/outbox';
import kafkajs from 'kafkajs';
import { Relay } from './relay.ts';
import { type RelaySettings } from './settings.ts';
import { type RelayTelemetry } from '../metrics/telemetry.ts';
import { checkHistory } from '../testing/history.ts';
import { aggregate, relayFixture, type RelayFixture } from '../testing/relay-fixture.ts';

let fixture: RelayFixture;
beforeAll(async () => {
  fixture = await relayFixture({ config: { 'max.message.bytes': '100000' } });
});

interface Running {
  readonly relay: Relay;
  readonly batches: number[];
  readonly parked: string[];
  stop(): Promise<void>;
}

/** A relay in this process, stopped at the end of the file at the latest. */
function start(overrides: Partial<RelaySettings> = {}): Running {
  const batches: number[] = [];
  const parked: string[] = [];
  const telemetry: RelayTelemetry = {
    batch: (messages) => batches.push(messages),
    parked: ({ id }) => parked.push(id),
    leading: () => undefined,
  };
  const logger = createLogger('outbox-relay', { level: process.env['LOG_LEVEL'] ?? 'silent' });
  const relay = new Relay({ ...fixture.settings, ...overrides }, logger, telemetry);
  const controller = new AbortController();
  const running = relay.run(controller.signal);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    controller.abort();
    return (stopped ??= running.then(() => relay.close()));
  };
  afterFile(stop);
  return { relay, batches, parked, stop };
}

const drained = (): Promise<void> => eventually(async () => expect(await fixture.unpublished()).toBe(0));

/** Changes the topic's limit, the way an operator does at run time. */
async function limitTo(bytes: number): Promise<void> {
  const admin = await kafkaAdmin();
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type, name: fixture.topic.name, configEntries }],
  });
}

/** Parked rows and what waits behind them would disturb the next test. */
async function clear(): Promise<void> {
  await fixture.pool.query('TRUNCATE outbox_events');
  const admin = await kafkaAdmin();
  const offsets = await admin.fetchTopicOffsets(fixture.topic.name);
  const partitions = offsets.map(({ partition, high }) => ({ partition, offset: high }));
  await admin.deleteTopicRecords({ topic: fixture.topic.name, partitions });
}
afterEach(clear);

describe('the relay', () => {
  it('G8: publishes a backlog of many batches in aggregate order, each event once', async () => {
    await fixture.appendMany(50, 60);
    const running = start({ batchSize: 128 });
    await drained();
    await running.stop();
    const { records, duplicates } = await checkHistory(fixture);
    expect(records).toHaveLength(3_000);
    expect(duplicates).toBe(0);
    expect(Math.max(...running.batches)).toBe(128);
    expect(running.batches.reduce((sum, messages) => sum + messages, 0)).toBe(3_000);
  });

  it('publishes new events without waiting for its poll', async () => {
    const running = start({ pollMs: 3_600_000 });
    await fixture.append(aggregate(1), 1);
    await drained();
    await fixture.append(aggregate(1), 2);
    await drained();
    await running.stop();
    expect((await checkHistory(fixture)).records).toHaveLength(2);
  });

  it('finds new events by its poll when nothing notifies it', async () => {
    await fixture.pool.query('ALTER TABLE outbox_events DISABLE TRIGGER outbox_events_notify');
    const running = start({ pollMs: 50 });
    await fixture.append(aggregate(1), 1);
    await drained();
    await fixture.append(aggregate(1), 2);
    await drained();
    await running.stop();
    await fixture.pool.query('ALTER TABLE outbox_events ENABLE TRIGGER outbox_events_notify');
  });

  it('publishes events whose transaction committed after higher ids were published, in aggregate order', async () => {
    const running = start({ pollMs: 50 });
    const client = await fixture.pool.connect();
    await client.query('BEGIN');
    await fixture.append(aggregate(1), 1, { client });
    await fixture.append(aggregate(1), 2, { client });
    await fixture.append(aggregate(2), 1);
    await eventually(async () => expect(await fixture.unpublished()).toBe(0));
    await client.query('COMMIT');
    client.release();
    await fixture.append(aggregate(1), 3);
    await drained();
    await running.stop();
    expect((await checkHistory(fixture)).records).toHaveLength(4);
  });

  it('skips nothing while a transaction stays open that holds back all cleaning, and keeps the order', async () => {
    const client = await fixture.pool.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await fixture.append(aggregate(99), 1, { client });
    const running = start({ batchSize: 100, pollMs: 50 });
    for (let round = 0; round < 5; round++) {
      await fixture.appendMany(20, 20, 1 + round * 20);
      await drained();
    }
    await client.query('COMMIT');
    client.release();
    await drained();
    await running.stop();
    expect((await checkHistory(fixture)).records).toHaveLength(2_001);
  });

  it('finishes and marks the batch in flight when it is stopped, and gives the lock up', async () => {
    await fixture.appendMany(100, 100);
    const running = start({ batchSize: 500 });
    await eventually(() => expect(running.batches.length).toBeGreaterThan(1), { intervalMs: 1 });
    await running.stop();
    const published = running.batches.reduce((sum, messages) => sum + messages, 0);
    expect(await fixture.unpublished()).toBe(10_000 - published);
    expect(published).toBeLessThan(10_000);
    const next = start();
    await drained();
    await next.stop();
    expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
  });
});

describe('an event the topic does not take', () => {
  afterEach(() => limitTo(100_000));

  it('is parked with the reason, its aggregate waits behind it, and the others continue', async () => {
    await fixture.append(aggregate(1), 1);
    const large = await fixture.append(aggregate(1), 2, { filler: 200_000 });
    for (let version = 3; version <= 9; version++) await fixture.append(aggregate(1), version);
    for (let version = 1; version <= 9; version++) await fixture.append(aggregate(2), version);
    const running = start({ batchSize: 2 });
    await eventually(async () => expect(await fixture.unpublished()).toBe(7));
    await fixture.append(aggregate(2), 10);
    await eventually(async () => expect(await fixture.unpublished()).toBe(7));
    await running.stop();
    expect(running.parked).toEqual([large]);
    const { rows } = await fixture.pool.query(
      'SELECT id, attempts, last_error FROM outbox_events WHERE parked',
    );
    expect(rows).toEqual([
      { id: large, attempts: 1, last_error: expect.stringMatching(/^its 200\d+ bytes exceed/) },
    ]);
    expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
  });

  it('is parked when only the broker knows that it is too large', async () => {
    const payloadOverhead = JSON.stringify({ aggregateId: aggregate(1), version: 1, filler: '' }).length;
    const large = await fixture.append(aggregate(1), 1, { filler: 100_000 - payloadOverhead });
    await fixture.append(aggregate(2), 1);
    const running = start();
    await eventually(async () => expect(await fixture.unpublished()).toBe(0));
    await running.stop();
    expect(running.parked).toEqual([large]);
    const { rows } = await fixture.pool.query('SELECT last_error FROM outbox_events WHERE parked');
    expect(rows).toEqual([{ last_error: expect.stringMatching(/^MESSAGE_TOO_LARGE: .*larger than/) }]);
  });

  it('is found in a batch that was refused because of it, after the limit was lowered at run time', async () => {
    const running = start({ pollMs: 50 });
    await fixture.append(aggregate(1), 1);
    await drained();
    await limitTo(10_000);
    const client = await fixture.pool.connect();
    await client.query('BEGIN');
    for (let number = 2; number <= 30; number++) await fixture.append(aggregate(number), 1, { client });
    const large = await fixture.append(aggregate(7), 2, { filler: 20_000, client });
    for (let number = 2; number <= 30; number++)
      await fixture.append(aggregate(number), number === 7 ? 3 : 2, { client });
    await client.query('COMMIT');
    client.release();
    await eventually(async () => expect(await fixture.unpublished()).toBe(1));
    await running.stop();
    expect(running.parked).toEqual([large]);
    await checkHistory(fixture);
  });

  it('goes out in its turn once the limit was raised and it was released', async () => {
    await fixture.append(aggregate(1), 1, { filler: 150_000 });
    await fixture.append(aggregate(1), 2);
    const running = start({ pollMs: 50 });
    await eventually(() => expect(running.parked).toHaveLength(1));
    await limitTo(300_000);
    await releaseParked(fixture.pool);
    await drained();
    await running.stop();
    const { records, duplicates } = await checkHistory(fixture);
    expect(records).toHaveLength(2);
    expect(duplicates).toBe(0);
    expect(running.parked).toHaveLength(1);
  });
});
