import { jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { eventually, spawnApp, testEndpoints, type SpawnedApp } from '@reprise/test-kit';
import { checkHistory } from './testing/history.ts';
import { aggregate, relayFixture, type RelayFixture } from './testing/relay-fixture.ts';
import { tcpProxy, type TcpProxy } from './testing/tcp-proxy.ts';

jest.setTimeout(120_000);

let fixture: RelayFixture;
let kafka: TcpProxy;
let postgres: TcpProxy;
let nextVersion = 1;
beforeAll(async () => {
  fixture = await relayFixture();
  kafka = await tcpProxy(testEndpoints().kafka.brokers[0] ?? '');
  const url = new URL(fixture.settings.writeDatabaseUrl);
  postgres = await tcpProxy(`${url.hostname}:${url.port}`);
});
afterEach(async () => {
  await kafka.set('pass');
  await postgres.set('pass');
});

/** A relay whose every connection goes through the proxies. */
function relay(): SpawnedApp {
  const url = new URL(fixture.settings.writeDatabaseUrl);
  url.port = String(postgres.port);
  return spawnApp('apps/outbox-relay/src/main.ts', {
    env: { ...fixture.env, WRITE_DATABASE_URL: url.href, KAFKA_BROKERS: kafka.address },
    args: ['--batch-size=200', '--poll-ms=100', '--lock-timeout-ms=2000', '--lock-retry-ms=100'],
  });
}

async function write(versions: number): Promise<void> {
  await fixture.appendMany(50, versions, nextVersion);
  nextVersion += versions;
}

const drained = (): Promise<void> =>
  eventually(async () => expect(await fixture.unpublished()).toBe(0), { timeoutMs: 60_000 });

/** What `/health/ready` says of each check. */
async function checksOf(origin: string): Promise<Record<string, string>> {
  const response = await fetch(`${origin}/health/ready`);
  return ((await response.json()) as { checks: Record<string, string> }).checks;
}

async function notReady(origin: string, check: string): Promise<void> {
  await eventually(
    async () => {
      expect((await checksOf(origin))[check]).toBe('failed');
    },
    { timeoutMs: 30_000 },
  );
}

const portOf = async (app: SpawnedApp): Promise<string> =>
  `http://127.0.0.1:${String((await app.logged({ msg: 'listening' }))['port'])}`;

/** Resident memory in MiB. */
function memory(app: SpawnedApp): number {
  const [, pages = '0'] = readFileSync(`/proc/${app.pid}/statm`, 'utf8').split(' ');
  return (Number(pages) * 4_096) / 2 ** 20;
}

describe('while Kafka is away', () => {
  it('from the start: the process lives, is not ready and says why, and publishes once Kafka is there', async () => {
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
  });

  it('in the middle, refused and then silent: the outbox grows, memory does not, and it resumes in order', async () => {
    const app = relay();
    const { origin } = await app.ready();
    await write(10);
    await drained();
    const before = memory(app);

    for (const mode of ['refuse', 'swallow'] as const) {
      const faults = kafka.faults();
      await write(20);
      await kafka.set(mode);
      await write(200);
      await notReady(origin, 'eventLog');
      await eventually(async () => expect((await checksOf(origin))['publishing']).toBe('failed'), {
        timeoutMs: 60_000,
      });
      expect(await fixture.unpublished()).toBeGreaterThanOrEqual(10_000 - 200);
      expect(memory(app) - before).toBeLessThan(64);
      expect(kafka.faults()).toBeGreaterThan(faults);
      await kafka.set('pass');
      await drained();
      await app.ready();
    }
    await app.kill();
    const { rows } = await fixture.pool.query(
      'SELECT count(*)::int AS parked FROM outbox_events WHERE parked',
    );
    expect(rows).toEqual([{ parked: 0 }]);
    const { duplicates } = await checkHistory(fixture);
    expect(duplicates).toBeLessThanOrEqual(2 * 400);
  });

  it('for produce requests only: nothing is parked because of that, and it resumes in order', async () => {
    const app = relay();
    const { origin } = await app.ready();
    const faults = kafka.faults();
    await kafka.set('reset-produce');
    await fixture.append(aggregate(800), 1);
    await notReady(origin, 'publishing');
    expect(kafka.faults()).toBeGreaterThan(faults);
    await kafka.set('pass');
    await drained();
    await app.ready();
    await app.kill();
    const { rows } = await fixture.pool.query(
      'SELECT count(*)::int AS parked FROM outbox_events WHERE parked',
    );
    expect(rows).toEqual([{ parked: 0 }]);
    await checkHistory(fixture);
  });

  it('just when it acknowledges a batch: the repetition is recognised by the broker, and stored once', async () => {
    const before = (await checkHistory(fixture)).duplicates;
    const app = relay();
    await app.ready();
    const faults = kafka.faults();
    await kafka.set('lose-answer');
    await write(10);
    await drained();
    await app.kill();
    expect(kafka.faults()).toBe(faults + 1);
    expect(await checkHistory(fixture)).toMatchObject({ duplicates: before });
  });

  it('can still be stopped within the 5 s that Nx grants', async () => {
    const app = relay();
    await app.ready();
    const faults = kafka.faults();
    await kafka.set('swallow');
    await fixture.append(aggregate(900), 1);
    await eventually(() => expect(kafka.faults()).toBeGreaterThan(faults));
    expect(await app.kill('SIGTERM', 5_000)).toEqual({ code: 0, signal: null });
    await kafka.set('pass');
    const next = relay();
    await drained();
    await next.kill();
  });
});

describe('while Postgres is away', () => {
  it('from the start: the process lives, is not ready and says why, and publishes once Postgres is there', async () => {
    await write(10);
    await postgres.set('refuse');
    const app = relay();
    const origin = await portOf(app);
    await notReady(origin, 'outbox');
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
    await postgres.set('pass');
    await drained();
    await app.ready();
    expect(await app.kill()).toEqual({ code: 0, signal: null });
    await checkHistory(fixture);
  });

  it.each(['refuse', 'swallow'] as const)(
    '(%s): the process lives, is not ready, and resumes in order',
    async (mode) => {
      const app = relay();
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
      expect(duplicates).toBeLessThanOrEqual(3 * 400);
    },
  );
});
