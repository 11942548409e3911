import { stopPatienceMs } from '@reprise/relay';
import { aggregate, checkHistory, relayFixture, type RelayFixture } from '@reprise/relay/testing';
import {
  afterFile,
  eventually,
  spawnApp,
  testCredential,
  testEndpoints,
  type SpawnedApp,
} from '@reprise/test-kit';
import { isProduceRequest, tcpProxy, type TcpProxy } from '@reprise/test-kit/proxies';

/** An outbox and a topic of one test's own, with proxies before Kafka and Postgres, so that all tests wait at once. */
interface Scene {
  readonly fixture: RelayFixture;
  readonly kafka: TcpProxy;
  readonly postgres: TcpProxy;
  /** A relay whose every connection goes through the proxies. It keeps the lock through any stall, unless given less time. */
  relay(lockTimeoutMs?: number): SpawnedApp;
  /** Appends the next versions of each of 50 aggregates. */
  write(versions: number): Promise<void>;
  drained(): Promise<void>;
}

async function openScene(): Promise<Scene> {
  const fixture = await relayFixture();
  const kafka = await tcpProxy(testEndpoints().kafka.brokers[0] ?? '');
  const { writeDatabaseUrl } = fixture.settings;
  const postgres = await tcpProxy(writeDatabaseUrl);
  afterFile(async () => void (await Promise.all([kafka.close(), postgres.close()])));
  let nextVersion = 1;
  return {
    fixture,
    kafka,
    postgres,
    relay: (lockTimeoutMs = 60_000) =>
      spawnApp('apps/outbox-relay/src/main.ts', {
        env: {
          ...fixture.env,
          // A process that kept what it cannot send would be out of memory soon.
          NODE_OPTIONS: '--max-old-space-size=96',
          WRITE_DATABASE_URL: postgres.through(writeDatabaseUrl),
          KAFKA_BROKERS: kafka.address,
        },
        args: [
          '--batch-size=200',
          '--poll-ms=100',
          `--lock-timeout-ms=${lockTimeoutMs}`,
          '--lock-retry-ms=100',
        ],
      }),
    async write(versions) {
      await fixture.appendMany(50, versions, nextVersion);
      nextVersion += versions;
    },
    drained: () => eventually(async () => expect(await fixture.unpublished()).toBe(0)),
  };
}

/** What `/health/checks` says of each check. */
async function checksOf(origin: string): Promise<Record<string, string>> {
  const response = await fetch(`${origin}/health/checks`, { headers: testCredential });
  return ((await response.json()) as { checks: Record<string, string> }).checks;
}

async function notReady(origin: string, check: string): Promise<void> {
  await eventually(async () => {
    expect((await checksOf(origin))[check]).toBe('failed');
  });
}

const portOf = async (app: SpawnedApp): Promise<string> =>
  `http://127.0.0.1:${String((await app.logged({ msg: 'listening' }))['port'])}`;

describe('while Kafka is away', () => {
  it.concurrent(
    'from the start: the process lives, is not ready and says why, and publishes once Kafka is there',
    async () => {
      const { fixture, kafka, relay, write, drained } = await openScene();
      await kafka.set('refuse');
      await write(10);
      const app = relay();
      const origin = await portOf(app);
      await notReady(origin, 'eventLog');
      expect((await fetch(`${origin}/health/live`)).status).toBe(200);
      expect(await fixture.unpublished()).toBe(500);
      await kafka.set('pass');
      await drained();
      await app.ready();
      await app.kill();
      expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
    },
  );

  it.concurrent.each([
    ['refused', 'refuse'],
    ['silent', 'blackhole'],
  ] as const)(
    'in the middle, %s: the outbox grows, memory does not, and it resumes in order',
    async (_, mode) => {
      const { fixture, kafka, relay, write, drained } = await openScene();
      const app = relay();
      const { origin } = await app.ready();
      await write(10);
      await drained();
      const faults = kafka.faults();
      await write(20);
      await kafka.set(mode);
      await write(200);
      await notReady(origin, 'eventLog');
      await eventually(async () => expect((await checksOf(origin))['publishing']).toBe('failed'));
      expect(await fixture.unpublished()).toBeGreaterThanOrEqual(10_000 - 200);
      expect(kafka.faults()).toBeGreaterThan(faults);
      await kafka.set('pass');
      await drained();
      await app.ready();
      await app.kill();
      const { rows } = await fixture.pool.query(
        'SELECT count(*)::int AS parked FROM outbox_events WHERE parked',
      );
      expect(rows).toEqual([{ parked: 0 }]);
      const { duplicates } = await checkHistory(fixture);
      expect(duplicates).toBeLessThanOrEqual(400);
    },
  );

  it.concurrent(
    'for produce requests only: nothing is parked because of that, and it resumes in order',
    async () => {
      const { fixture, kafka, relay, drained } = await openScene();
      const app = relay();
      const { origin } = await app.ready();
      const faults = kafka.faults();
      kafka.inspect((bytes, towards) =>
        towards === 'server' && isProduceRequest(bytes) ? 'reset' : undefined,
      );
      await fixture.append(aggregate(800), 1);
      await notReady(origin, 'publishing');
      expect(kafka.faults()).toBeGreaterThan(faults);
      kafka.inspect(undefined);
      await drained();
      await app.ready();
      await app.kill();
      const { rows } = await fixture.pool.query(
        'SELECT count(*)::int AS parked FROM outbox_events WHERE parked',
      );
      expect(rows).toEqual([{ parked: 0 }]);
      await checkHistory(fixture);
    },
  );

  it.concurrent(
    'just when it acknowledges a batch: the repetition is recognised by the broker, and stored once',
    async () => {
      const { fixture, kafka, relay, write, drained } = await openScene();
      const app = relay();
      await app.ready();
      const faults = kafka.faults();
      let produced: object | undefined;
      kafka.inspect((bytes, towards, connection) => {
        if (towards === 'server' && isProduceRequest(bytes)) produced ??= connection;
        if (towards === 'server' || connection !== produced) return undefined;
        kafka.inspect(undefined);
        return 'reset';
      });
      await write(10);
      await drained();
      await app.kill();
      expect(kafka.faults()).toBe(faults + 1);
      expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
    },
  );

  it.concurrent('can still be stopped within the 5 s that Nx grants', async () => {
    const { fixture, kafka, relay, drained } = await openScene();
    const app = relay();
    await app.ready();
    const faults = kafka.faults();
    await kafka.set('blackhole');
    await fixture.append(aggregate(900), 1);
    await eventually(() => expect(kafka.faults()).toBeGreaterThan(faults));
    expect(stopPatienceMs).toBeLessThan(4_000);
    expect(await app.kill()).toEqual({ code: 0, signal: null });
    await kafka.set('pass');
    const next = relay();
    await drained();
    await next.kill();
  });
});

/** So that a session through which nothing comes counts as lost soon. On a busy machine another one may, too. */
const impatientMs = 2_000;

describe('while Postgres is away', () => {
  it.concurrent(
    'from the start: the process lives, is not ready and says why, and publishes once Postgres is there',
    async () => {
      const { fixture, postgres, relay, write, drained } = await openScene();
      await write(10);
      await postgres.set('refuse');
      const app = relay(impatientMs);
      const origin = await portOf(app);
      await notReady(origin, 'outbox');
      expect((await fetch(`${origin}/health/live`)).status).toBe(200);
      await postgres.set('pass');
      await drained();
      await app.ready();
      expect(await app.kill()).toEqual({ code: 0, signal: null });
      await checkHistory(fixture);
    },
  );

  it.concurrent.each(['refuse', 'blackhole'] as const)(
    '(%s): the process lives, is not ready, and resumes in order',
    async (mode) => {
      const { fixture, postgres, relay, write, drained } = await openScene();
      const app = relay(impatientMs);
      const { origin } = await app.ready();
      await write(20);
      await postgres.set(mode);
      await write(20);
      await notReady(origin, 'outbox');
      await postgres.set('pass');
      await drained();
      await app.ready();
      expect(await app.kill()).toEqual({ code: 0, signal: null });
      const { duplicates } = await checkHistory(fixture);
      // As many as are in hand when the lock is lost.
      const terms = app.output.filter(({ json }) => json?.['msg'] === 'leading: this relay publishes').length;
      expect(duplicates).toBeLessThanOrEqual(terms * 400);
    },
  );
});
