import { aggregate, checkHistory, relayFixture, type RelayFixture } from '@reprise/relay/testing';
import {
  afterFile,
  documentedMetrics,
  eventually,
  exposedMetrics,
  kafkaAdmin,
  metricsOf,
  spawnApp,
  type SpawnedApp,
} from '@reprise/test-kit';
import { Client } from 'pg';

const batchSize = 50;

let fixture: RelayFixture;
let admin: Client;
beforeAll(async () => {
  fixture = await relayFixture();
  admin = new Client({ connectionString: fixture.adminUrl });
  await admin.connect();
  afterFile(() => admin.end());
});

const spawned: SpawnedApp[] = [];
afterEach(async () => {
  for (const app of spawned.splice(0)) {
    app.signal('SIGCONT');
    await app.kill('SIGKILL');
  }
  await fixture.pool.query('TRUNCATE outbox_events');
  const topic = fixture.topic.name;
  const kafka = await kafkaAdmin();
  const offsets = await kafka.fetchTopicOffsets(topic);
  await kafka.deleteTopicRecords({
    topic,
    partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
  });
});

/** A relay in its own process, armed with failpoints. It keeps the lock through any stall of a busy machine, unless given less time. */
function relay(failpoints = '', lockTimeoutMs = 60_000): SpawnedApp {
  const app = spawnApp('apps/outbox-relay/src/main.ts', {
    env: { ...fixture.env, FAILPOINT: failpoints },
    args: [
      `--batch-size=${batchSize}`,
      '--poll-ms=100',
      `--lock-timeout-ms=${lockTimeoutMs}`,
      '--lock-retry-ms=100',
    ],
  });
  spawned.push(app);
  return app;
}

const leading = { msg: 'leading: this relay publishes' };
const standingBy = { msg: 'standing by: another relay publishes' };

function hasFired(app: SpawnedApp, failpoint: string): Promise<void> {
  return eventually(() =>
    expect(app.output.map(({ text }) => text)).toContain(`failpoint ${failpoint} fired: stop`),
  );
}

const drained = (): Promise<void> => eventually(async () => expect(await fixture.unpublished()).toBe(0));

/** A relay that loses the lock soon after it is stopped; on a busy machine also now and then before. */
const zombieOf = (failpoints: string): SpawnedApp => relay(failpoints, 1_000);

/** How often the running relays have logged that their leadership was lost. */
function losses(app: SpawnedApp): number {
  return app.output.filter(({ text }) => text.includes('LEADERSHIP_LOST')).length;
}

/** How often a relay has become the leader. */
const elections = (app: SpawnedApp): number =>
  app.output.filter(({ json }) => json?.['msg'] === leading.msg).length;

describe('a relay that is killed', () => {
  it('after the acknowledgement and before the mark: its batch is published again, nothing is lost or out of order', async () => {
    await fixture.appendMany(20, 20);
    const killed = relay('relay.afterAck=kill@3');
    expect(await killed.exit()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await fixture.unpublished()).toBeGreaterThan(0);
    relay();
    await drained();
    const { duplicates } = await checkHistory(fixture);
    expect(duplicates).toBeGreaterThanOrEqual(batchSize);
    expect(duplicates).toBeLessThanOrEqual(2 * batchSize);
  });

  it('after the mark: nothing of that batch is published again', async () => {
    await fixture.appendMany(20, 2);
    const killed = relay('relay.afterMark=kill');
    expect(await killed.exit()).toMatchObject({ signal: 'SIGKILL' });
    expect(await fixture.unpublished()).toBe(0);
    expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
  });

  it('before a batch is sent: the next relay begins with that batch', async () => {
    await fixture.appendMany(20, 20);
    const killed = relay('relay.beforeSend=kill@3');
    expect(await killed.exit()).toMatchObject({ signal: 'SIGKILL' });
    relay();
    await drained();
    const { duplicates } = await checkHistory(fixture);
    expect(duplicates).toBeLessThanOrEqual(batchSize);
  });
});

describe('a standby', () => {
  it('takes over when the leader is killed, and when it is stopped in order', async () => {
    const first = relay();
    await first.logged(leading);
    const second = relay();
    await second.logged(standingBy);
    await first.kill('SIGKILL');
    await second.logged(leading);
    await fixture.append(aggregate(1), 1);
    await drained();

    const third = relay();
    await third.logged(standingBy);
    expect(await second.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await third.logged(leading);
    await fixture.append(aggregate(1), 2);
    await drained();
    expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
  });

  it('takes over from a leader that is stopped and stays silent; that one sends at most the batch in its hands when it resumes', async () => {
    await fixture.appendMany(20, 20);
    const zombie = zombieOf('relay.beforeSend=stop@3');
    await zombie.logged(leading);
    await hasFired(zombie, 'relay.beforeSend');
    const successor = relay();
    await successor.logged(leading);
    await drained();
    zombie.signal('SIGCONT');
    await zombie.logged(standingBy);
    expect(losses(zombie)).toBeGreaterThanOrEqual(1);
    await fixture.appendMany(20, 5, 21);
    await drained();
    const { duplicates } = await checkHistory(fixture);
    // Each loss repeats at most the batch that was in hand.
    expect(duplicates).toBeLessThanOrEqual((1 + losses(zombie)) * batchSize);
    expect(losses(successor)).toBe(0);
  });

  it('is not disturbed by a zombie that had a batch acknowledged and then marks it late', async () => {
    await fixture.appendMany(20, 20);
    const zombie = zombieOf('relay.afterAck=stop@3');
    await hasFired(zombie, 'relay.afterAck');
    const successor = relay();
    await successor.logged(leading);
    await drained();
    zombie.signal('SIGCONT');
    await zombie.logged(standingBy);
    const { duplicates } = await checkHistory(fixture);
    // Each loss repeats at most the batch that was in hand.
    expect(duplicates).toBeLessThanOrEqual((1 + losses(zombie)) * batchSize);
  });
});

describe('a leader whose lock session is terminated', () => {
  const terminate = `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'outbox-relay leadership'`;

  it('stops, is elected again, and resumes in order', async () => {
    const app = relay();
    for (let round = 0; round < 5; round++) {
      // A session that ends before it has the lock is no leader's.
      await eventually(() => expect(elections(app)).toBe(round + 1));
      await fixture.appendMany(20, 20, 1 + round * 20);
      const { rows } = await admin.query(terminate);
      expect(rows).toEqual([{ ended: true }]);
      await eventually(() => expect(losses(app)).toBe(round + 1));
      await drained();
    }
    await checkHistory(fixture);
  });

  it('survives the end of every session it has, idle and busy', async () => {
    const app = relay();
    await app.ready();
    const terminateAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'outbox-relay%'`;
    await eventually(async () => {
      const { rows } = await admin.query(`SELECT count(*)::int AS idle FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'outbox-relay' AND state = 'idle'`);
      expect(rows).not.toEqual([{ idle: 0 }]);
    });
    await admin.query(terminateAll);
    await app.logged({ msg: 'publishing failed; the events stay in the outbox and the relay retries' });
    await fixture.appendMany(50, 20);
    await admin.query(terminateAll);
    await drained();
    await checkHistory(fixture);
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});

describe('the operations endpoints', () => {
  it('report that it is ready, what it has published and what waits', async () => {
    await fixture.append(aggregate(1), 1);
    const app = relay();
    const { origin } = await app.ready();
    await drained();
    await eventually(async () => {
      const metrics = await metricsOf(origin);
      expect(metrics).toMatch(/^outbox_relay_published_total\{context="product",app="outbox-relay"\} 1$/m);
      expect(metrics).toMatch(/^outbox_relay_batch_size_count\{app="outbox-relay",context="product"\} 1$/m);
      expect(metrics).toMatch(/^outbox_relay_leader\{context="product",app="outbox-relay"\} 1$/m);
      expect(metrics).toMatch(/^outbox_relay_parked\{context="product",app="outbox-relay"\} 0$/m);
      expect(metrics).toMatch(/^outbox_relay_unpublished\{context="product",app="outbox-relay"\} \d$/m);
      expect(metrics).toMatch(
        /^outbox_relay_oldest_unpublished_age_seconds\{context="product",app="outbox-relay"\} /m,
      );
      expect(exposedMetrics(metrics)).toEqual(documentedMetrics('outbox-relay'));
    });
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  });
});
