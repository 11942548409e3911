import { hostname, userInfo } from 'node:os';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import type { AuditEntry } from '@reprise/runtime/audit';
import { freshTopic, type FreshTopic } from '@reprise/test-kit';
import { Client } from 'pg';
import { verbGroups, verbs } from './table/verbs.ts';
import { inThisProcess } from './testing/in-this-process.ts';
import { ownEventStore } from './testing/own-event-store.ts';
import { ownReadModel, type OwnReadModel } from './testing/own-read-model.ts';

const search = ['--projection', 'product_search'];
let topic: FreshTopic;
let own: OwnReadModel;

async function reprise(words: readonly string[], more: Record<string, string> = {}) {
  const result = await inThisProcess(words, { ...own.env, ...more });
  const entries = await own.registry.audit.list({ limit: 1_000 });
  return { ...result, entries, last: entries[0] };
}

async function asOwner(sql: string): Promise<void> {
  const owner = new Client(own.env['READ_MODEL_DATABASE_OWNER_URL']);
  await owner.connect();
  await owner.query(sql).finally(() => owner.end());
}

beforeAll(async () => {
  topic = await freshTopic({ partitions: 1 });
  own = await ownReadModel(topic);
  const letters = await freshTopic({ partitions: 1 });
  Object.assign(own.env, (await ownEventStore()).env, { DEAD_LETTER_TOPIC: letters.name });
  await produce(topic, productHistory({ events: [step.created(), step.published()] }));
  expect(await reprise(['rebuild', ...search])).toMatchObject({
    ...{ code: 0, stderr: expect.any(String), entries: [{ verb: 'rebuild' }] },
  });
});

const letter = (): string => `${topic.name}:0:0`;

/** Of each verb that changes something: a command line that reaches for the change, its exit code, and what it reports. */
const changing: Readonly<
  Record<string, readonly [words: () => readonly string[], code: number, report: object]>
> = {
  rebuild: [
    () => ['rebuild', ...search],
    0,
    { outcome: 'promoted', generation: { name: expect.any(String) } },
  ],
  promote: [() => ['promote', '--generation', 'product_search_v9_none'], 1, {}],
  rollback: [() => ['rollback', ...search], 0, { alias: expect.any(String), to: expect.any(String) }],
  cancel: [() => ['cancel', ...search], 0, { outcome: 'none' }],
  prune: [() => ['prune', ...search], 0, { deleted: [] }],
  rebind: [() => ['rebind', ...search, '--mode', 'APPLY'], 0, { moved: false }],
  verify: [() => ['verify', ...search, '--repair'], 0, { outcome: 'clean' }],
  repair: [() => ['repair', ...search, '--all'], 0, { repaired: 0 }],
  'dlq redrive': [() => ['dlq', 'redrive', letter()], 1, {}],
  'dlq discard': [() => ['dlq', 'discard', letter(), '--reason', 'password=hunter2'], 1, {}],
  migrate: [() => ['migrate'], 0, { applied: [] }],
};

/** Command lines that change nothing, of these verbs and of those above. */
const looking: Readonly<Record<string, readonly string[]>> = {
  plan: ['plan', ...search],
  rebuild: ['rebuild', ...search, '--dry-run'],
  status: ['status'],
  prune: ['prune', ...search, '--dry-run'],
  rebind: ['rebind', ...search],
  verify: ['verify', ...search],
  repair: ['repair', ...search, '--status'],
  audit: ['audit'],
  completion: ['completion', 'bash'],
  'dlq list': ['dlq', 'list'],
  'dlq show': ['dlq', 'show', 'other.events:0:0'],
  'dlq redrive': ['dlq', 'redrive', '--all', '--dry-run'],
  'receipts list': ['receipts', 'list'],
  'receipts show': ['receipts', 'show', ...search],
};

/** Services, which operators start and do not decide anything with. */
const serving = ['live', 'relay'];

describe('the audit of the command line', () => {
  it('knows of each verb whether it changes something', () => {
    const all = [
      ...verbs.map(({ name }) => name),
      ...verbGroups.flatMap(({ name, verbs: of }) => of.map((verb) => `${name} ${verb.name}`)),
    ];
    expect([...new Set([...Object.keys(changing), ...Object.keys(looking), ...serving])].sort()).toEqual(
      all.sort(),
    );
  });

  it.each(Object.keys(changing))('has a row of %s before it acts, and how it ended', async (verb) => {
    const [words, code, report] = changing[verb]!;
    const before = (await own.registry.audit.list({ limit: 1_000 })).length;
    const ran = await reprise(words(), { REPRISE_ACTOR: 'CHG-7' });
    expect([ran.stderr, ran.code]).toEqual([expect.any(String), code]);
    expect(ran.entries).toHaveLength(before + 1);
    expect(ran.last).toMatchObject({
      ...{ verb, origin: 'cli', user: userInfo().username, host: hostname(), pid: process.pid },
      ...{ actor: 'CHG-7', askedBy: null },
      arguments: words()
        .slice(verb.split(' ').length)
        .map((word) => word.replace('hunter2', '[redacted]')),
      outcome: { exitCode: code, ...(Object.keys(report).length > 0 && { receipt: report }) },
    });
    const { outcome, at } = ran.last!;
    expect(outcome!.at.getTime()).toBeGreaterThanOrEqual(at.getTime());
    if (code === 1) expect(ran.stderr).toContain(outcome!.message);
  });

  it('has the run of a rebuild, by which its receipt is found', async () => {
    const [entry] = await own.registry.audit.list({ verb: 'rebuild', limit: 1 });
    const { stdout } = await reprise(['receipts', 'show', entry!.outcome!.runs[0]!]);
    expect(stdout).toMatch(/^product_search: promoted\n/);
  });

  it.each(Object.keys(looking))('has no row of %s where it changes nothing', async (verb) => {
    const before = (await own.registry.audit.list({ limit: 1_000 })).length;
    expect((await reprise(looking[verb]!)).entries).toHaveLength(before);
  });

  it('has no row of a command line that is not understood', async () => {
    const before = (await own.registry.audit.list({ limit: 1_000 })).length;
    expect(await reprise(['rollback', '--projection', 'nobody'])).toMatchObject({ code: 1 });
    expect(await own.registry.audit.list({ limit: 1_000 })).toHaveLength(before);
  });

  it('has the row of one that is refused because the registry belongs to another log', async () => {
    const other = await freshTopic({ partitions: 1 });
    const refused = await reprise(['prune', ...search], { PRODUCT_EVENTS_TOPIC: other.name });
    expect(refused).toMatchObject({ code: 1, last: { verb: 'prune', outcome: { exitCode: 1 } } });
    expect(refused.last!.outcome!.message).toContain(other.name);
  });
});

describe('a command whose row cannot be written', () => {
  const live = async () => (await own.registry.listGenerations({ states: ['LIVE'] })).map(({ name }) => name);

  it('does nothing and says so, in an emergency too', async () => {
    const before = await live();
    await asOwner('REVOKE INSERT ON registry.audit_attempts FROM read_model_feeder');
    try {
      const refused = await reprise(['rollback', ...search, '--again']);
      expect(refused).toMatchObject({
        ...{ code: 1, stdout: '' },
        stderr: expect.stringMatching(
          /permission denied for table audit_attempts.*Nothing was changed: it did not record in the audit who is about to change something.*rights\.md/s,
        ),
      });
      expect(await live()).toEqual(before);
    } finally {
      expect(await reprise(['migrate'])).toMatchObject({ code: 0 });
    }
    expect(await reprise(['rollback', ...search, '--again'])).toMatchObject({ code: 0 });
    expect(await live()).not.toEqual(before);
  });

  it('has done its work where only the outcome cannot, and says that', async () => {
    await asOwner('REVOKE INSERT ON registry.audit_outcomes FROM read_model_feeder');
    const done = await reprise(['cancel', ...search]);
    expect(done).toMatchObject({
      ...{ code: 0, last: { verb: 'cancel', outcome: null } },
      stderr: expect.stringContaining('The audit lacks how this ended (0): '),
    });
    await reprise(['migrate']);
  });
});

describe('the list of the audit', () => {
  it('fits 80 columns, newest first, and has everything in JSON', async () => {
    const { stdout, stderr } = await reprise(['audit', '--limit', '3']);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}migrate {2}exit 0\n {2}by +\S+ on /);
    expect(stdout).toContain('cancel  no outcome: it runs, or was killed\n');
    expect(stderr).toBe('These are the newest 3: --limit shows more, up to 1000.\n');
    const json = async (...words: string[]) =>
      JSON.parse((await reprise(['audit', '--json', ...words])).stdout) as AuditEntry[];
    const open = await json('--open');
    expect(open.map(({ verb, outcome }) => ({ verb, outcome }))).toEqual([{ verb: 'cancel', outcome: null }]);
    const failed = await json('--failed', '--verb', 'dlq discard', '--by', 'CHG-7');
    expect(failed).toMatchObject([{ actor: 'CHG-7', outcome: { exitCode: 1 } }]);
    expect(await json('--since', '2999-01-01T00:00:00Z')).toEqual([]);
  });

  it.each([
    [['--limit', '1001'], '--limit must be at most 1000'],
    [['--open', '--failed'], '--open and --failed exclude each other'],
    [['--since', 'yesterday'], '--since must be a moment'],
  ])('refuses %j', async (words, why) => {
    expect(await reprise(['audit', ...words])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(why),
    });
  });
});
