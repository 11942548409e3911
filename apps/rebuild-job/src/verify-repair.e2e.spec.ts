import type { ProductEvent } from '@reprise/product-events';
import { createReadModelPool, Registry, runReadModelMigrations } from '@reprise/read-model-indices';
import { productSummary } from '@reprise/product-read-model';
import { RepairQueue } from '@reprise/read-model-repair';
import { commandLine } from '@reprise/runtime/commands';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  afterFile,
  elasticsearch,
  freshDatabase,
  freshName,
  freshTopic,
  spawnApp,
  type FreshTopic,
} from '@reprise/test-kit';
import type { Pool } from 'pg';
import { inThisProcess, ownEventStore, wordsOf } from '@reprise/cli/testing';

const models = ['product_search', 'product_summary', 'category_summary'] as const;
const { version: projectionVersion } = productSummary;
let env: Record<string, string>;
let topic: FreshTopic;
let pool: Pool;
let registry: Registry;
let queue: RepairQueue;
let events: ProductEvent[];
let ids: string[];

async function rebuildJob(...args: string[]) {
  const app = spawnApp('apps/rebuild-job/src/main.ts', { args, env });
  const { code } = await app.exit(120_000);
  return { code, stdout: app.stdout(), text: app.output.map(({ text }) => text).join('\n') };
}
const verify = async (...args: string[]) => {
  const { code, stdout } = await rebuildJob('verify', '--projection', 'all', '--report', 'json', ...args);
  return {
    code,
    reports: JSON.parse(stdout) as { projection: string; counts: object; drift: { id: string }[] }[],
  };
};
const live = async (projection: string) =>
  (await registry.listGenerations({ projection, states: ['LIVE'] }))[0]!.name;

/** Corrupts 10 documents, removes 3 and adds 2, past every store. */
async function damage(): Promise<void> {
  const [changed, removed, extra] = [ids.slice(0, 10), ids.slice(10, 13), ['extra-1', 'extra-2']];
  const index = await live('product_search');
  const { docs } = await elasticsearch().mget<Record<string, unknown>>({ index, ids: ids.slice(0, 14) });
  const found = docs as { _id: string; _version: number; _source: Record<string, unknown> }[];
  for (const { _id: id, _version: version, _source } of found.slice(0, 10)) {
    const document = {
      ..._source,
      title: 'corrupted',
      reprise: { bucket: bucketOf(_source), high: 1, low: 2 },
    };
    await elasticsearch().index({ index, id, version, version_type: 'external_gte', document });
  }
  for (const id of removed) await elasticsearch().delete({ index, id }, { ignore: [404] });
  for (const id of extra)
    await elasticsearch().index({ index, id, document: { ...found[13]!._source, productId: id } });
  for (const model of models.slice(1)) {
    const table = `generations."${await live(model)}"`;
    await pool.query(`UPDATE ${table} SET status = 'draft', reprise_high = 7 WHERE reprise_id = ANY ($1)`, [
      changed,
    ]);
    await pool.query(`DELETE FROM ${table} WHERE reprise_id = ANY ($1)`, [removed]);
    for (const id of extra) {
      await pool.query(
        `CREATE TEMP TABLE one AS SELECT * FROM ${table} WHERE reprise_id = $1`.replace('$1', `'${ids[14]}'`),
      );
      await pool.query(`UPDATE one SET reprise_id = $1, product_id = $1`, [id]);
      await pool.query(`INSERT INTO ${table} SELECT * FROM one`);
      await pool.query('DROP TABLE one');
    }
  }
}
const bucketOf = (source: Record<string, unknown>) => (source['reprise'] as { bucket: number }).bucket;
const damaged = { missing: 3, extra: 2, stale: 0, different: 10, inFlight: 0 };
const none = { missing: 0, extra: 0, stale: 0, different: 0, inFlight: 0 };

beforeAll(async () => {
  topic = await freshTopic({ partitions: 3 });
  const [read, store] = [await freshDatabase('read'), await ownEventStore()];
  await runReadModelMigrations(read.url);
  pool = createReadModelPool(read.feederUrl, { max: 1 });
  registry = new Registry(pool);
  queue = new RepairQueue(pool);
  env = {
    PRODUCT_EVENTS_TOPIC: topic.name,
    SEARCH_ALIAS: freshName('test_search'),
    READ_MODEL_DATABASE_URL: read.feederUrl,
    ...store.env,
  };
  afterFile(async () => {
    for (const { name, storage } of await registry.listGenerations())
      if (storage === 'elasticsearch')
        await elasticsearch().indices.delete({ index: name, ignore_unavailable: true });
    await pool.end();
  });
  events = Array.from({ length: 60 }, () =>
    productHistory({ events: [step.created(), step.published(), step.stockAdjusted(2)] }),
  ).flat();
  ids = [...new Set(events.map(({ subject }) => subject))];
  await store.append(events);
  await produce(topic, events);
  expect((await rebuildJob('rebuild', '--projection', 'all')).code).toBe(0);
});

describe('verify and repair', () => {
  it('V1: finds 10 corrupted, 3 removed and 2 extra documents of every read model, heals them and finds none', async () => {
    expect(await verify()).toMatchObject({
      code: 0,
      reports: models.map((projection) => ({ projection, counts: none })),
    });
    await damage();
    const found = await verify('--repair');
    expect(found).toMatchObject({
      code: 2,
      reports: models.map((projection) => ({
        projection,
        counts: damaged,
        repair: { asked: 15, refused: 0 },
      })),
    });
    for (const { drift } of found.reports)
      expect(drift.map(({ id }) => id).sort()).toEqual([...ids.slice(0, 13), 'extra-1', 'extra-2'].sort());
    expect(await queue.counts()).toMatchObject({ open: 45, failed: 0 });
    const { code, stdout } = await rebuildJob('repair', '--projection', 'all', '--all', '--json');
    expect(JSON.parse(stdout)).toEqual(
      models.map((projection) => ({ projection, repaired: 15, failures: [], left: { open: 0, failed: 0 } })),
    );
    expect(code).toBe(0);
    expect(await verify('--deep')).toMatchObject({
      code: 0,
      reports: models.map(() => ({ counts: none, clean: true })),
    });
  });

  it('prints with --deep lines that heal what only --deep sees, as does the gate of a promotion', async () => {
    const only = ['--projection', 'product_search'];
    const typed = (line: string) => inThisProcess(wordsOf(line).slice(1), env);
    /** Changes the content of a document, and leaves its stored hash as it was. */
    const tamper = async () => {
      const [index, id] = [await live('product_search'), ids[40]!];
      const { _source, _version } = await elasticsearch().get<object>({ index, id });
      const document = { ..._source, title: 'changed by hand' };
      const versioned = { version: _version!, version_type: 'external_gte', refresh: true } as const;
      await elasticsearch().index({ index, id, ...versioned, document });
    };
    await tamper();
    const refused = await typed(`${commandLine.promote(await live('product_search'))} --deep`);
    expect(refused).toMatchObject({
      code: 2,
      stdout: expect.stringContaining(`Build it again: ${commandLine.rebuild('product_search')}`),
    });
    expect((await typed(commandLine.rebuild('product_search'))).code).toBe(0);
    expect((await inThisProcess(['verify', ...only, '--deep'], env)).code).toBe(0);

    await tamper();
    expect((await typed(commandLine.verify('product_search'))).code).toBe(0);
    const found = await inThisProcess(['verify', ...only, '--deep'], env);
    const heal = commandLine.verifyAndRepair('product_search', { deep: true });
    expect(found).toMatchObject({ code: 2, stdout: expect.stringContaining(`To heal it: ${heal}, or`) });
    const asked = await typed(heal);
    const work = commandLine.repairAll('product_search');
    expect(asked.stdout).toContain(`1 repairs are in the queue: a running consumer does them, or: ${work}\n`);
    expect((await typed(work)).code).toBe(0);
    expect((await inThisProcess(['verify', ...only, '--deep'], env)).code).toBe(0);
  });

  it('repairs single products at once, names the ones it cannot, and shows the queue', async () => {
    await damage();
    const args = ['--aggregate-id', `${ids[0]},extra-1`, '--aggregate-id', ids[12]!];
    expect((await rebuildJob('verify', '--projection', 'product_summary', ...args)).code).toBe(2);
    await queue.add([
      {
        projection: 'product_summary',
        projectionVersion,
        aggregateType: 'product',
        aggregateId: ids[0]!,
        reason: 'operator',
      },
      {
        projection: 'product_summary',
        projectionVersion,
        aggregateType: 'product',
        aggregateId: ids[20]!,
        reason: 'gap',
        error: 'a test',
      },
    ]);
    const repaired = await rebuildJob('repair', '--projection', 'product_summary', ...args);
    expect(repaired.code).toBe(0);
    expect(repaired.stdout).toContain('3 of 3 documents repaired, 0 aggregates failed');
    // The extra one is gone, so nobody knows it any more.
    const known = ['--aggregate-id', `${ids[0]},${ids[12]}`];
    expect((await rebuildJob('verify', '--projection', 'product_summary', ...known)).code).toBe(0);
    const status = await rebuildJob('repair', '--projection', 'product_summary', '--status');
    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(
      new RegExp(
        `1 open .*\\n  OPEN   ${ids[20]} of version ${projectionVersion} \\(gap\\), 0 attempts.*: a test`,
      ),
    );
  });

  it('ends with 2 over a task that fails, does the others, and says so', async () => {
    await pool.query('DELETE FROM registry.repair_tasks');
    const table = `generations."${await live('product_summary')}"`;
    // The store never takes this one's right document.
    await pool.query(
      `ALTER TABLE ${table} ADD CONSTRAINT test CHECK (product_id <> '${ids[1]}' OR status = 'draft')`,
    );
    const [bad, good] = [ids[1]!, ids[2]!];
    await queue.add(
      [bad, good].map((aggregateId) => ({
        projection: 'product_summary',
        projectionVersion,
        aggregateType: 'product',
        aggregateId,
        reason: 'operator' as const,
      })),
    );
    const worked = await rebuildJob('repair', '--projection', 'product_summary', '--all');
    expect(worked.code).toBe(2);
    expect(worked.stdout).toContain('1 repair tasks done, 1 failed; 1 open and 0 abandoned in the queue');
    expect(worked.stdout).toMatch(new RegExp(`failed    ${bad}: .* never accepts the document`));
    const single = await rebuildJob(
      'repair',
      '--projection',
      'product_summary',
      '--aggregate-id',
      `${bad},${good}`,
      '--json',
    );
    expect(single.code).toBe(2);
    expect(JSON.parse(single.stdout)).toMatchObject({
      documents: [{ aggregateId: good }],
      failures: [{ aggregateId: bad }],
    });
  });

  it('asks for one thing at a time, and exits 4 when the event store is out of reach', async () => {
    const wrong = await rebuildJob('repair', '--projection', 'all', '--all', '--status');
    expect([wrong.code, wrong.text]).toEqual([
      1,
      expect.stringContaining('one of --aggregate-id, --all and --status'),
    ]);
    const before = env;
    env = { ...env, EVENT_STORE_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
    const away = await rebuildJob('repair', '--projection', 'product_search', '--aggregate-id', ids[0]!);
    env = before;
    expect([away.code, away.text]).toEqual([4, expect.stringContaining('EVENT_STORE_DATABASE_URL')]);
  });

  it('names products that nobody knows, does the rest, and ends with 2', async () => {
    for (const verb of ['verify', 'repair', 'rebuild'] as const) {
      const args = [verb, '--projection', 'product_search', '--json'];
      const { code, stdout } = await rebuildJob(...args, '--aggregate-id', ` ${ids[30]} , nobody`);
      expect({ verb, code, report: JSON.parse(stdout) as unknown }).toMatchObject({
        code: 2,
        report: { unknown: ['nobody'] },
      });
    }
  });

  it('says clean up to when and by what while nobody feeds it, and exits 2 saying what to start once events are missing', async () => {
    const only = ['--projection', 'category_summary'];
    const verified = () => rebuildJob('verify', ...only);
    expect((await rebuildJob('rebuild', ...only)).code).toBe(0);
    const clean = await verified();
    expect(clean.code).toBe(0);
    expect(clean.stdout).toMatch(
      /^category_summary: clean up to \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n {2}by stored hashes; contents not read/,
    );
    expect(clean.stdout).toContain('  warning     COMPLETE, BUT NOT FED: no consumer feeds it\n');
    expect(clean.stdout).toContain('\n  next        start projection-consumer');
    await produce(topic, productHistory({ events: [step.created()], startedAt: new Date() }));
    const behind = await verified();
    expect(behind.code).toBe(2);
    expect(behind.stdout).toMatch(/^category_summary: BEHIND 1 event, \d+ s: no consumer feeds it\n/);
    expect(behind.stdout).toContain('  1 behind: their events are in the log, and no consumer feeds them\n');
    expect(behind.stdout).not.toContain('--repair');
  });
});
