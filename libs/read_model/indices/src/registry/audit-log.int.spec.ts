import { randomUUID } from 'node:crypto';
import { afterFile, freshDatabase, type FreshDatabase } from '@reprise/test-kit';
import type { Attempt } from '@reprise/runtime/audit';
import { Client } from 'pg';
import { runReadModelMigrations } from '../migrations/read-model-migrations.ts';
import { createReadModelPool } from '../postgres/pool.ts';
import { AuditLog } from './audit-log.ts';

let database: FreshDatabase;
let audit: AuditLog;

beforeAll(async () => {
  database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  afterFile(() => pool.end());
  audit = new AuditLog(pool, { budgetMs: 1_000 });
});

const tried = (more: Partial<Attempt> = {}): Attempt => ({
  attempt: randomUUID(),
  ...{ origin: 'cli', user: 'ada', host: 'here', pid: 42, verb: 'rollback', arguments: [] },
  ...more,
});

async function as<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url);
  await client.connect();
  return work(client).finally(() => client.end());
}

describe('the audit', () => {
  it('holds who tried what, and later what came of it, each once', async () => {
    const attempt = tried({
      ...{ actor: ' change 1234 ', askedBy: 'key:0123', arguments: ['--projection', 'orders'] },
    });
    await audit.recordAttempt(attempt);
    await audit.recordAttempt(attempt);
    const [before] = await audit.list({ verb: 'rollback', limit: 5 });
    expect(before).toMatchObject({
      ...attempt,
      actor: 'change 1234',
      login: expect.stringMatching(/./),
      outcome: null,
    });
    const run = randomUUID();
    await audit.recordOutcome(attempt.attempt, { exitCode: 0, runs: [run], receipt: { alias: 'orders' } });
    await audit.recordOutcome(attempt.attempt, { exitCode: 4, message: 'sent again' });
    expect((await audit.list({ limit: 1 }))[0]!.outcome).toEqual({
      at: expect.any(Date),
      ...{ exitCode: 0, message: null, runs: [run], receipt: { alias: 'orders' } },
    });
  });

  it('finds attempts by verb, by person, by moment, and by what came of them', async () => {
    const [done, failed, open] = [tried(), tried({ askedBy: 'sub:eve' }), tried({ actor: 'eve' })].map(
      (one) => ({
        ...one,
        verb: 'prune',
      }),
    ) as [Attempt, Attempt, Attempt];
    for (const one of [done, failed, open]) await audit.recordAttempt(one);
    await audit.recordOutcome(done.attempt, { exitCode: 0 });
    await audit.recordOutcome(failed.attempt, { exitCode: 2, message: 'refused' });
    const found = async (filter: Omit<Parameters<AuditLog['list']>[0], 'limit'>) =>
      (await audit.list({ verb: 'prune', limit: 10, ...filter })).map(({ attempt }) => attempt);
    expect(await found({})).toEqual([open.attempt, failed.attempt, done.attempt]);
    expect(await found({ only: 'open' })).toEqual([open.attempt]);
    expect(await found({ only: 'failed' })).toEqual([failed.attempt]);
    expect(await found({ by: 'eve' })).toEqual([open.attempt]);
    expect(await found({ by: 'sub:eve' })).toEqual([failed.attempt]);
    expect(await found({ since: new Date(Date.now() + 60_000) })).toEqual([]);
    expect(await audit.list({ limit: 2 })).toHaveLength(2);
  });

  it('keeps no secret, nothing that a terminal obeys, and nothing without an end', async () => {
    const key = `rp_live_0123456789abcdef_${'a1'.repeat(32)}`;
    const attempt = tried({
      verb: 'dlq discard',
      actor: `eve\u001b[2J with ${key}`,
      arguments: ['--reason', `postgres://eve:hunter2@db/x password=hunter2\u0000`, 'x'.repeat(10_000)],
    });
    await audit.recordAttempt(attempt);
    const lists = Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [`list${at}`, Array(900).fill('y'.repeat(900))]),
    );
    await audit.recordOutcome(attempt.attempt, {
      ...{ exitCode: 1, message: `cannot log in with password=hunter2 ${'z'.repeat(9_000)}` },
      receipt: { runId: 'kept', at: new Date(0), many: 3n, text: '\ud800 password=hunter2', ...lists },
    });
    const [entry] = await audit.list({ verb: 'dlq discard', limit: 1 });
    const text = JSON.stringify(entry);
    expect(text).not.toMatch(/hunter2|a1a1a1a1|\\u001b|\\u0000/);
    expect(entry!.actor).toBe('eve\uFFFD[2J with rp_live_0123456789abcdef_[redacted]');
    expect(entry!.outcome!.receipt).toMatchObject({ runId: 'kept', many: '3' });
    expect(text.length).toBeLessThan(20_000);
  });

  it.each(['audit_attempts', 'audit_outcomes'])(
    'is append-only in %s, for its owner and for a superuser in replica mode too',
    async (table) => {
      const attempt = tried();
      await audit.recordAttempt(attempt);
      await audit.recordOutcome(attempt.attempt, { exitCode: 0 });
      const changes = ['DELETE FROM', 'TRUNCATE', 'UPDATE'].map(
        (verb) => `${verb} registry.${table}${verb === 'UPDATE' ? ' SET at = now()' : ''}`,
      );
      for (const change of changes) {
        const whole = change.startsWith('TRUNCATE') ? `${change} CASCADE` : change;
        await expect(as(database.url, (owner) => owner.query(whole))).rejects.toThrow('append-only');
        await expect(
          as(database.adminUrl, async (admin) => {
            await admin.query('SET session_replication_role = replica');
            await admin.query(whole);
          }),
        ).rejects.toThrow('append-only');
        await expect(as(database.feederUrl, (feeder) => feeder.query(whole))).rejects.toThrow(
          'permission denied',
        );
      }
    },
  );

  it('takes moment and login from the database, whoever writes', async () => {
    for (const column of ['at', 'login'])
      await expect(
        as(database.feederUrl, (feeder) =>
          feeder.query(
            `INSERT INTO registry.audit_attempts (attempt, origin, os_user, host, pid, verb, arguments, ${column})
             VALUES (gen_random_uuid(), 'cli', 'eve', 'there', 1, 'prune', '{}', ${column === 'at' ? 'now()' : `'ada'`})`,
          ),
        ),
      ).rejects.toThrow('permission denied');
    await expect(audit.recordOutcome(randomUUID(), { exitCode: 0 })).rejects.toThrow('foreign key');
  });
});
