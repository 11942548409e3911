import { fileURLToPath } from 'node:url';
import type { Generation, GenerationState } from '@reprise/read-model-indices';
import { commandLine } from '@reprise/runtime/commands';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  elasticsearch,
  eventually,
  freshDatabase,
  freshName,
  freshTopic,
  type FreshTopic,
} from '@reprise/test-kit';
import { inThisProcess } from '../testing/in-this-process.ts';
import { ownReadModel, type OwnReadModel } from '../testing/own-read-model.ts';
import { wordsOf } from '../testing/parsed-line.ts';

const projection = 'product_search';
const search = ['--projection', projection];
/** Enough that a rebuild of one event a second is still running when it is cancelled. */
const histories = Array.from({ length: 60 }, () =>
  productHistory({ events: [step.created(), step.published()] }),
);
const id = histories[0]![0]!.subject;
let topic: FreshTopic;
let own: OwnReadModel;

const reprise = (...words: string[]) => inThisProcess(words, own.env);
/** Runs a line as a message prints it, without the name of the program. */
const typed = (line: string) => reprise(...wordsOf(line).slice(1));
const generations = (...states: GenerationState[]) => own.registry.listGenerations({ projection, states });
const live = async (): Promise<Generation> => (await generations('LIVE'))[0]!;
const readersOn = async () =>
  Object.keys(await elasticsearch().indices.getAlias({ name: own.alias }, { ignore: [404] }));
const saidBy = ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr;

/** Has the registry take generations for fed by a consumer. */
const feed = (generations: readonly Generation[]) => own.fedBy('a-consumer', generations);

/** Has it take them for that while `work` runs. */
async function whileFed<T>(generations: readonly Generation[], work: () => Promise<T>): Promise<T> {
  await feed(generations);
  try {
    return await work();
  } finally {
    await own.registry.removeFeeder('a-consumer');
  }
}

beforeAll(async () => {
  topic = await freshTopic({ partitions: 1 });
  own = await ownReadModel(topic);
  await produce(topic, histories.flat());
});

describe('a line that is printed', () => {
  it('before the database is migrated: the migration brings it to this release', async () => {
    const { url, feederUrl } = await freshDatabase('read');
    const env = { ...own.env, READ_MODEL_DATABASE_URL: feederUrl, READ_MODEL_DATABASE_OWNER_URL: url };
    const typed = (line: string) => inThisProcess(wordsOf(line).slice(1), env);
    const status = commandLine.status(projection);
    expect(await typed(status)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(commandLine.migrate()),
    });
    expect(await typed(commandLine.migrate())).toMatchObject({ code: 0 });
    expect(await typed(status)).toMatchObject({ code: 0 });
  });

  it('before anything is built: the rebuild builds it', async () => {
    const build = commandLine.rebuild(projection);
    const repair = () => reprise('repair', ...search, '--aggregate-id', id);
    expect(saidBy(await repair())).toContain(build);
    expect((await reprise('status', ...search)).stdout).toContain(build);
    expect(await typed(build)).toMatchObject({ code: 0 });
    expect((await reprise('status', ...search)).stdout).not.toContain(build);
    expect(saidBy(await repair())).not.toContain(build);
  });

  it('for a comparison that belongs to another command: the verification compares', async () => {
    expect((await reprise('rebuild', '--projection', 'all')).code).toBe(0);
    const refused = await reprise('rebuild', ...search, '--diff');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(commandLine.verify('all')) });
    const { code, stdout } = await typed(commandLine.verify('all'));
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^product_search: clean up to/),
    });
  });

  it('for a receipt that nobody knows: the list has those there are', async () => {
    const refused = await reprise('receipts', 'show', 'nobody');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(commandLine.listReceipts()) });
    const [newest] = await own.registry.listRuns({ projection, limit: 1 });
    expect(await typed(commandLine.listReceipts())).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(newest!.runId),
    });
  });

  it('beside a running rebuild: it is watched, cancelled and resumed', async () => {
    const running = reprise('rebuild', ...search, '--max-events-per-second', '1');
    const built = await eventually(async () => {
      const [one] = await generations('BUILDING');
      if (!one) throw new Error('nothing is being built yet');
      return one;
    });
    const busy = await reprise('rebuild', ...search);
    expect(busy.code).toBe(3);
    for (const line of [commandLine.status(projection), commandLine.cancel(projection)])
      expect(busy.stderr).toContain(line);
    expect((await typed(commandLine.status(projection))).stdout).toMatch(/running/i);
    const cancelled = await typed(commandLine.cancel(projection));
    expect(cancelled.stdout).toContain(`Then resume it: ${commandLine.rebuild(projection)}`);
    expect(await running).toMatchObject({ code: 130 });
    expect(await typed(commandLine.rebuild(projection))).toMatchObject({ code: 0 });
    expect(await live()).toMatchObject({ uuid: built.uuid });
  });

  it('where no consumer feeds a generation, or not yet: the promotion passes once one does', async () => {
    const refused = await reprise('rebuild', ...search, '--require-feeder');
    const [unfed] = await generations('VERIFIED');
    const line = commandLine.promote(unfed!.name, { requireFeeder: true });
    expect(refused).toMatchObject({ code: 2, stdout: expect.stringContaining(line) });
    expect(await whileFed([unfed!], () => typed(line))).toMatchObject({ code: 0 });

    expect((await reprise('rebuild', ...search, '--no-promote')).code).toBe(0);
    const [next] = await generations('VERIFIED');
    // What is printed after 30 s in which a consumer took nothing on, typed when it does again.
    const late = whileFed([unfed!], () => typed(commandLine.promote(next!.name)));
    await eventually(async () => expect(await own.registry.heldLeases(projection)).toHaveLength(1));
    await feed([unfed!, next!]);
    expect(await late).toMatchObject({ code: 0 });
    expect(await readersOn()).toEqual([next!.name]);
  });

  it('for a generation that cannot be promoted: status has the others, and a rollback goes back', async () => {
    for (const words of [['promote'], ['promote', '--generation', `${projection}_v9_never`]])
      expect(await reprise(...words)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(commandLine.status()),
      });
    const { name } = await live();
    expect((await typed(commandLine.status())).stdout).toContain(name);

    const { [0]: standby } = await generations('STANDBY');
    expect((await reprise('rebuild', ...search, '--no-promote')).code).toBe(0);
    const [gone] = await generations('VERIFIED');
    await elasticsearch().indices.delete({ index: gone!.name });
    const status = commandLine.status(projection);
    expect((await reprise('promote', '--generation', gone!.name)).stderr).toContain(
      `what else there is: ${status}`,
    );
    expect((await typed(status)).stdout).toContain(standby!.name);

    const config = '../../../read_model/feed/src/testing/by-position/reprise.config.ts';
    const REPRISE_CONFIG = fileURLToPath(new URL(config, import.meta.url));
    const other = await inThisProcess(['rebuild', ...search, '--no-promote', '--json'], {
      ...own.env,
      REPRISE_CONFIG,
    });
    const { generation } = JSON.parse(other.stdout) as { generation: { name: string } };
    const refused = await reprise('promote', '--generation', generation.name);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(commandLine.rollback(projection)),
    });
    expect(await typed(commandLine.rollback(projection))).toMatchObject({ code: 0 });
    expect(await readersOn()).toEqual([standby!.name]);
  });

  it('for an index that is not as it was asked for: the rebuild makes one that is', async () => {
    const properties = { extra: { type: 'keyword' } } as const;
    await elasticsearch().indices.putMapping({ index: (await live()).name, properties });
    const faulty = await reprise('verify', ...search);
    expect(faulty).toMatchObject({ code: 2, stdout: expect.stringContaining('FAULTY INDEX') });
    expect(faulty.stdout).toContain(`Make a new one: ${commandLine.rebuild(projection)}`);
    expect((await typed(commandLine.rebuild(projection))).code).toBe(0);
    expect((await reprise('verify', ...search)).code).toBe(0);
  });

  it('while a server is away: status knows more once it is back', async () => {
    const away = { ...own.env, ELASTICSEARCH_NODE: 'http://127.0.0.1:1' };
    const unknown = await inThisProcess(['status', ...search], away);
    expect(unknown.stdout).toContain('UNKNOWN');
    expect(unknown.stdout).toContain(`\n  ${commandLine.status(projection)}\n`);
    expect((await typed(commandLine.status(projection))).stdout).not.toContain('UNKNOWN');
  });

  it('where readers are on an index that is not a generation: status says what to do by hand, and then the promotion', async () => {
    const index = freshName('test_foreign');
    const actions = [{ remove: { index: '*', alias: own.alias } }, { add: { index, alias: own.alias } }];
    await elasticsearch().indices.create({ index });
    await elasticsearch().indices.updateAliases({ actions });
    const status = commandLine.status(projection);
    const found = await typed(status);
    expect(found.stdout).toContain(`NOT ON ONE GENERATION`);
    expect(found.stdout).toContain(`\n  ${status}\n`);
    await elasticsearch().indices.delete({ index });
    const promotion = commandLine.promote((await live()).name);
    expect((await typed(status)).stdout).toContain(promotion);
    expect(await typed(promotion)).toMatchObject({ code: 0 });
    expect(await readersOn()).toEqual([(await live()).name]);
  });

  it('where the index was deleted: a rollback, and where nothing is left a rebuild, bring readers back', async () => {
    expect((await typed(commandLine.rebuild(projection))).code).toBe(0);
    const [{ name }, [standby]] = [await live(), await generations('STANDBY')];
    await elasticsearch().indices.delete({ index: name });
    const noIndex = await reprise('status', ...search);
    expect(noIndex.stdout).toContain('NO INDEX');
    expect(noIndex.stdout).toContain(commandLine.rollback(projection));
    expect(await typed(commandLine.rollback(projection))).toMatchObject({ code: 0 });
    expect(await readersOn()).toEqual([standby!.name]);

    const complete = await generations('VERIFIED', 'LIVE', 'STANDBY');
    await elasticsearch().indices.delete({
      index: complete.map((one) => one.name),
      ignore_unavailable: true,
    });
    expect((await reprise('status', ...search)).stdout).toContain(commandLine.rebuild(projection));
    const back = await reprise('rollback', ...search);
    for (const line of [commandLine.status(projection), commandLine.rebuild(projection)])
      expect(back).toMatchObject({ code: 2, stderr: expect.stringContaining(line) });
    expect((await typed(commandLine.status(projection))).stdout).toContain('NO INDEX');
    expect(await typed(commandLine.rebuild(projection))).toMatchObject({ code: 0 });
    expect(await readersOn()).toEqual([(await live()).name]);
  });

  it('where the cluster is full of shards: the clean-up deletes old generations', async () => {
    for (let times = 0; times < 3; times++) expect((await reprise('rebuild', ...search)).code).toBe(0);
    expect(await typed(commandLine.prune('all'))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${projection}: deleted `),
    });
    expect(await readersOn()).toEqual([(await live()).name]);
  });
});
