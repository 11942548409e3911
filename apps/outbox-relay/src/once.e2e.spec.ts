import { auditGrantSql, auditTablesSql, listAudit } from '@reprise/runtime/audit';
import { aggregate, checkHistory, relayFixture, type RelayFixture } from '@reprise/relay/testing';
import {
  eventually,
  freshDatabase,
  freshName,
  kafkaAdmin,
  spawnApp,
  type SpawnedApp,
} from '@reprise/test-kit';

let fixture: RelayFixture;
beforeAll(async () => {
  fixture = await relayFixture({ config: { 'max.message.bytes': '100000' } });
});
beforeEach(() => fixture.pool.query('TRUNCATE outbox_events'));

const apps: SpawnedApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) {
    app.signal('SIGCONT');
    await app.kill('SIGKILL');
  }
});

function relay(args: readonly string[], env: Readonly<Record<string, string>> = {}): SpawnedApp {
  const app = spawnApp('apps/outbox-relay/src/main.ts', { env: { ...fixture.env, ...env }, args });
  apps.push(app);
  return app;
}

async function once(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const app = relay(['--once', ...args], env);
  const { code } = await app.exit();
  const stderr = app.output.flatMap(({ stream, text }) => (stream === 'stderr' ? [text] : [])).join('\n');
  return { code, stdout: app.stdout(), stderr };
}

describe('relay --once', () => {
  it('publishes what is there, says so and exits 0', async () => {
    await fixture.appendMany(10, 30);
    expect(await once()).toMatchObject({ code: 0, stdout: 'published 300, parked 0, remaining 0' });
    expect(await checkHistory(fixture)).toMatchObject({ duplicates: 0 });
  });

  it('has nothing to do on an empty outbox and exits 0', async () => {
    expect(await once(['--json'])).toMatchObject({
      code: 0,
      stdout: '{"outcome":"drained","published":0,"parked":0,"remaining":0}',
    });
  });

  it('ends although writers continue', async () => {
    await fixture.append(aggregate(200), 1);
    let version = 2;
    let writing = true;
    const writer = (async () => {
      while (writing) await fixture.append(aggregate(200), version++);
    })();
    const { code, stdout } = await once();
    writing = false;
    await writer;
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/remaining 0$/) });
  });

  it('exits 2 and says what to do when an event is parked, and publishes it after its release', async () => {
    const large = await fixture.append(aggregate(300), 1, { filler: 200_000 });
    await fixture.append(aggregate(300), 2);
    await fixture.append(aggregate(301), 1);
    const parked = await once();
    expect(parked).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^published 1, parked 1, remaining 1\n.*--release-parked/s),
    });
    expect(parked.stderr).toContain('"msg":"parked an event that the log refuses');

    expect(await once(['--release-parked'])).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('published 0, parked 1'),
    });
    const { rows } = await fixture.pool.query('SELECT attempts FROM outbox_events WHERE id = $1', [large]);
    expect(rows).toEqual([{ attempts: 2 }]);

    // With an audit, nothing is released without a row.
    await fixture.pool.query(auditTablesSql('') + auditGrantSql('', 'outbox_publisher'));
    await fixture.pool.query(
      `UPDATE outbox_events SET payload = '{}' WHERE id = '${large}'; REVOKE INSERT ON audit_attempts FROM outbox_publisher`,
    );
    expect(await once(['--release-parked'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^published 0, parked 1, remaining 1\n.*permission denied for table audit_attempts/s,
      ),
    });
    await fixture.pool.query(auditGrantSql('', 'outbox_publisher'));
    expect(await once(['--release-parked'], { REPRISE_ACTOR: 'CHG-3' })).toMatchObject({
      code: 0,
      stdout: 'published 2, parked 0, remaining 0',
    });
    expect(await listAudit(fixture.pool, '', { limit: 9 })).toMatchObject([
      {
        ...{
          verb: 'relay',
          actor: 'CHG-3',
          arguments: ['--once', '--release-parked', '--context', 'product'],
        },
        outcome: { exitCode: 0, receipt: { outcome: 'drained', published: 2 } },
      },
    ]);
  });

  it('exits 3 when another relay leads and does not drain it in time, 0 when that one does', async () => {
    const leader = relay(['--lock-timeout-ms=600000']);
    await leader.logged({ msg: 'leading: this relay publishes' });
    leader.signal('SIGSTOP');
    await fixture.append(aggregate(400), 1);
    expect(await once(['--timeout=1'])).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/^published 0, parked 0, remaining 1\nAnother relay leads/),
    });
    const patient = relay(['--once', '--timeout=150']);
    leader.signal('SIGCONT');
    expect(await patient.exit()).toMatchObject({ code: 0 });
    expect(patient.stdout()).toBe('published 0, parked 0, remaining 0');
  });

  it('exits 4 when Kafka stays unreachable, and leaves the events where they are', async () => {
    await fixture.append(aggregate(500), 1);
    expect(await once(['--timeout=1'], { KAFKA_BROKERS: '127.0.0.1:1' })).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(
        /^published 0, parked 0, remaining 1\n.*ECONNREFUSED.*\nNothing succeeded for 1 s/s,
      ),
    });
  });

  it('exits 4 when Postgres stays unreachable', async () => {
    const url = 'postgres://reprise_write:secret@127.0.0.1:1/reprise_write';
    const { code, stdout, stderr } = await once(['--timeout=1'], { WRITE_DATABASE_URL: url });
    expect({ code, stdout }).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(
        /^published 0, parked unknown, remaining unknown\nPostgres at 127\.0\.0\.1:1\/reprise_write refuses connections: .*ECONNREFUSED/,
      ),
    });
    expect(stdout + stderr).not.toContain('secret');
  });

  it('exits 1 at once when the topic does not exist, names it and how to create it, and does not create it', async () => {
    const topic = freshName('test.missing');
    await fixture.append(aggregate(600), 1);
    const { code, stdout } = await once([], { PRODUCT_EVENTS_TOPIC: topic });
    expect(code).toBe(1);
    expect(stdout).toContain(`the topic ${topic} does not exist`);
    expect(stdout).toContain(`--create --topic ${topic} --partitions 6`);
    expect(await (await kafkaAdmin()).listTopics()).not.toContain(topic);
  });

  it('exits 1 when the database has no outbox, and says to run the migrations', async () => {
    const { url } = await freshDatabase('write');
    const { code, stdout } = await once([], { WRITE_DATABASE_URL: url });
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('npm run -s migrate'),
    });
  });

  it('exits 1 naming every bad setting or option', async () => {
    const missing = await once([], { KAFKA_BROKERS: 'nonsense', WRITE_DATABASE_URL: 'mysql://x/y' });
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/KAFKA_BROKERS.*WRITE_DATABASE_URL/s);
    expect(await once(['--timeout=soon'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--timeout'),
    });
    // Repeated without what a terminal obeys.
    const hostile = await once([], { REPRISE_CONTEXTS: '\x1b[31mred' });
    expect(hostile).toMatchObject({ code: 1, stderr: expect.stringContaining('\uFFFD[31mred') });
    const serving = relay(['--json']);
    expect(await serving.exit()).toMatchObject({ code: 1 });
  });

  it('finishes the batch, prints its summary and exits 143 on SIGTERM', async () => {
    await fixture.appendMany(100, 30);
    const app = relay(['--once', '--batch-size=50', '--lock-timeout-ms=600000'], {
      FAILPOINT: 'relay.beforeSend=stop@3',
    });
    await eventually(() => expect(app.output.map(({ text }) => text).join()).toContain('fired: stop'));
    // It is there before the process can do anything else.
    app.signal('SIGTERM');
    app.signal('SIGCONT');
    expect(await app.exit()).toEqual({ code: 143, signal: null });
    const [, published, remaining] = /^published (\d+), parked 0, remaining (\d+)$/.exec(app.stdout()) ?? [];
    expect(Number(published) + Number(remaining)).toBe(3_000);
    expect(Number(published)).toBeGreaterThanOrEqual(100);
    expect(Number(remaining)).toBeGreaterThan(0);
    expect(Number(remaining)).toBe(await fixture.unpublished());
  });
});
