import { LeadershipLostError } from '@reprise/outbox';
import { createLogger } from '@reprise/runtime';
import { afterFile } from '@reprise/test-kit';
import { drain, type Drain } from './drain.ts';
import { EventLog } from '../event-log/event-log.ts';
import { createKafka } from '../event-log/kafka-client.ts';
import { checkHistory } from '../testing/history.ts';
import { relayFixture, type RelayFixture } from '../testing/relay-fixture.ts';

const never = new AbortController().signal;

let fixture: RelayFixture;
let log: EventLog;
beforeAll(async () => {
  fixture = await relayFixture();
  const logger = createLogger('outbox-relay', { level: 'silent' });
  log = await EventLog.connect(createKafka(fixture.settings.kafka, 'drain-test', logger), fixture.topic.name);
  afterFile(() => log.close());
});

/** A drain of batches of ten on real servers; the test supplies the leadership and the callbacks. */
function work(overrides: Partial<Drain> = {}): { drain: Drain; batches: number[] } {
  const batches: number[] = [];
  return {
    batches,
    drain: {
      outbox: fixture.pool,
      leadership: { lost: never, assertHeld: () => Promise.resolve() },
      log,
      telemetry: {
        batch: (messages) => batches.push(messages),
        parked: () => undefined,
        leading: () => undefined,
      },
      batch: { messages: 10, bytes: 1_000_000 },
      acknowledged: new Set(),
      giveUp: never,
      onWorking: () => undefined,
      ...overrides,
    },
  };
}

describe('draining', () => {
  let nextVersion = 1;
  beforeEach(async () => {
    await fixture.appendMany(10, 10, nextVersion);
    nextVersion += 10;
  });
  const everything = { then: 'end', upTo: '9223372036854775807' } as const;

  it('asks whether it still leads before each send, and sends nothing from the first doubt on', async () => {
    let asked = 0;
    const assertHeld = (): Promise<void> =>
      ++asked > 2 ? Promise.reject(new LeadershipLostError('a test says so')) : Promise.resolve();
    const { drain: first, batches } = work({ leadership: { lost: never, assertHeld } });
    await expect(drain(first, everything, never)).rejects.toThrow(LeadershipLostError);
    expect(batches).toEqual([10, 10]);
    expect((await checkHistory(fixture)).records).toHaveLength(20);
    await drain(work().drain, everything, never);
    expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
  });

  it('ends with the last message that was asked for, whatever is behind it', async () => {
    const { rows } = await fixture.pool.query<{ id: string }>(
      'SELECT id FROM outbox_events WHERE NOT processed ORDER BY id OFFSET 24 LIMIT 1',
    );
    const { drain: bounded, batches } = work();
    await drain(bounded, { then: 'end', upTo: rows[0]?.id ?? '' }, never);
    expect(batches).toEqual([10, 10, 10]);
    expect(await fixture.unpublished()).toBe(70);
    await drain(work().drain, everything, never);
  });

  it('marks the batch in flight when it is stopped', async () => {
    const controller = new AbortController();
    const { drain: stopped } = work({
      leadership: {
        lost: never,
        assertHeld: () => {
          controller.abort();
          return Promise.resolve();
        },
      },
    });
    await drain(stopped, everything, controller.signal);
    expect(await fixture.unpublished()).toBe(90);
    await drain(work().drain, everything, never);
    expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
  });

  it('marks what an earlier drain had acknowledged and could not mark, and does not send it again', async () => {
    const acknowledged = new Set<string>();
    const outbox: Drain['outbox'] = {
      query: (sql, parameters) =>
        sql.includes('UPDATE')
          ? Promise.reject(new Error('the database went away'))
          : fixture.pool.query(sql, parameters),
    };
    const failing = work({ acknowledged, outbox }).drain;
    await expect(drain(failing, everything, never)).rejects.toMatchObject({ code: 'OUTBOX_UNREACHABLE' });
    expect(acknowledged.size).toBeGreaterThanOrEqual(10);
    await drain(work({ acknowledged }).drain, everything, never);
    expect(acknowledged.size).toBe(0);
    expect(await fixture.unpublished()).toBe(0);
    expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
  });

  it('stops waiting for a silent database once its leadership is lost', async () => {
    const controller = new AbortController();
    const silent: Drain['outbox'] = {
      query: () => {
        controller.abort(new LeadershipLostError('a test says so'));
        return new Promise(() => undefined);
      },
    };
    const leadership = { lost: controller.signal, assertHeld: () => Promise.resolve() };
    await expect(drain(work({ outbox: silent, leadership }).drain, everything, never)).rejects.toThrow(
      LeadershipLostError,
    );
    await drain(work().drain, everything, never);
  });
});
