import { randomUUID } from 'node:crypto';
import type { Fence, Generation } from '@reprise/read-model-indices';
import { commandLine } from '@reprise/runtime/commands';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, freshTopic } from '@reprise/test-kit';
import { inThisProcess } from './testing/in-this-process.ts';
import { ownReadModel, type OwnReadModel } from './testing/own-read-model.ts';
import { wordsOf } from './testing/parsed-line.ts';

const projection = 'product_search';
const names = [projection, 'product_summary', 'category_summary'];
const search = ['--projection', projection];
let own: OwnReadModel;
let earlier: ReadonlyMap<string, Generation>;
let later: ReadonlyMap<string, Generation>;

const reprise = (...words: string[]) => inThisProcess(words, own.env);
/** Runs a line as a message prints it, without the name of the program. */
const typed = (line: string) => reprise(...wordsOf(line).slice(1));

async function builtAll(): Promise<ReadonlyMap<string, Generation>> {
  expect(await reprise('rebuild', '--projection', 'all')).toMatchObject({ code: 0 });
  const live = await own.registry.listGenerations({ states: ['LIVE'] });
  return new Map(live.map((generation) => [generation.projection, generation]));
}

beforeAll(async () => {
  const topic = await freshTopic({ partitions: 1 });
  own = await ownReadModel(topic);
  const events = [step.created(), step.published()];
  await produce(topic, [...productHistory({ events }), ...productHistory({ events })]);
  earlier = await builtAll();
  later = await builtAll();
});

describe('a rollback of all read models', () => {
  it('says for each from what to what its readers went, and ends with 0', async () => {
    const { code, stdout, stderr } = await reprise('rollback', '--projection', 'all');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      ...names.map((name) =>
        expect.stringMatching(
          `^${name}: \\w+ switched back from ${later.get(name)!.name} to ${earlier.get(name)!.name}$`,
        ),
      ),
      '',
    ]);
  });

  it('run again says that of each, moves nobody and ends with 2; the line it prints goes forward', async () => {
    const { code, stdout, stderr } = await reprise('rollback', '--projection', 'all');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const name of names) {
      const forward = commandLine.promote(later.get(name)!.name);
      expect(stderr).toContain(`they are on ${earlier.get(name)!.name}, which is earlier than`);
      expect(stderr).toContain(`Nothing was changed. To go forward to the later one: ${forward}`);
      expect(await own.registry.findGeneration(earlier.get(name)!.uuid)).toMatchObject({ state: 'LIVE' });
    }
    expect(stderr).toContain(commandLine.rollbackAgain(projection));
    expect(await typed(commandLine.promote(later.get(projection)!.name))).toMatchObject({ code: 0 });
    expect(await typed(commandLine.rollback(projection))).toMatchObject({ code: 0 });
    expect(await typed(commandLine.rollbackAgain(projection))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`to ${later.get(projection)!.name}\n`),
    });
  });
});

describe('a rollback to a generation by its name', () => {
  it('goes there, ends with 0 and says so', async () => {
    for (const { name } of [earlier.get(projection)!, later.get(projection)!])
      expect(await reprise('rollback', ...search, '--to', name)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`to ${name}\n`),
        stderr: '',
      });
  });

  it('is refused with 2 where there is none of the name, and with 1 for several read models', async () => {
    expect(await reprise('rollback', ...search, '--to', 'another')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /no generation of product_search on standby to go back to of the name another\. Readers were not moved/,
      ),
    });
    const { name } = earlier.get(projection)!;
    expect(await reprise('rollback', '--projection', 'all', '--to', name)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--to names a generation of one projection'),
    });
    expect(await own.registry.findGeneration(later.get(projection)!.uuid)).toMatchObject({ state: 'LIVE' });
  });
});

describe('while a run is in progress', () => {
  const run = { projection, mode: 'APPLY', source: 'kafka', host: 'a-host', pid: 42, user: 'u' } as const;
  const runId = randomUUID();

  async function hold(lease: string, id: string): Promise<Fence> {
    const attempt = await own.registry.acquireLease(lease, { runId: id, holder: 'the test', ttlMs: 600_000 });
    if (!attempt.acquired) throw new Error('the lease was not free');
    return attempt.fence;
  }

  it('a cancellation without one says that there is none', async () => {
    const { code, stdout } = await reprise('cancel', '--projection', 'all');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: names.map((name) => `${name}: no run is in progress\n`).join(''),
    });
  });

  it('a rollback and a prune end with 3 and say how to stop it; the cancellation says what is saved and what is next', async () => {
    const fence = await hold(projection, runId);
    await own.registry.startRun({ ...run, runId, fence });
    const back = await reprise('rollback', ...search);
    expect(back).toMatchObject({ code: 3, stdout: '' });
    expect(back.stderr).toContain(`Run ${runId} of ${projection} (the test, since `);
    expect(back.stderr).toMatch(
      /Nothing was changed\. Watch it: .*; or stop it, which saves what it has done: \.\/reprise cancel --projection product_search, then run the same command again\.\n$/,
    );
    expect(await reprise('prune', ...search)).toMatchObject({ code: 3, stdout: '' });
    expect(await typed(commandLine.cancel(projection))).toMatchObject({
      code: 0,
      stdout:
        `${projection}: run ${runId} was asked to stop; it saves what it has done and ends within seconds, and readers stay where they are. ` +
        `Then resume it: ${commandLine.rebuild(projection)}; or go back: ${commandLine.rollback(projection)}\n`,
    });
    expect(await own.registry.findRun(runId)).toMatchObject({ cancelRequestedAt: expect.any(Date) });
    await own.registry.releaseLease(fence);
  });

  it('whose process is gone, it says that nothing has to stop, and the rollback that it names works', async () => {
    expect(await typed(commandLine.cancel(projection))).toMatchObject({
      code: 0,
      stdout:
        `${projection}: run ${runId} is lost (process 42 on a-host is gone), so nothing has to stop, and what it saved is kept. ` +
        `Resume it: ${commandLine.rebuild(projection)}; or go back: ${commandLine.rollback(projection)}\n`,
    });
    expect(await typed(commandLine.rollback(projection))).toMatchObject({ code: 0 });
    expect(await typed(commandLine.rollbackAgain(projection))).toMatchObject({ code: 0 });
    await own.registry.endRun(runId, { state: 'INTERRUPTED', outcome: 'cancelled', exitCode: 130 });
  });

  it('a cancellation of shards asks all that are running', async () => {
    const id = randomUUID();
    const lease = `${projection} shard 0/2`;
    const fence = await hold(lease, id);
    await own.registry.startRun({ ...run, runId: id, shard: '0/2', fence });
    expect((await typed(commandLine.cancel(projection))).stdout).toContain(
      `${projection}: every running shard was asked to stop; it saves`,
    );
    await own.registry.endRun(id, { state: 'INTERRUPTED', outcome: 'cancelled', exitCode: 130 }, fence);
    await own.registry.releaseLease(fence);
  });
});

describe('a prune', () => {
  const all = ['prune', ...search, '--keep', '0', '--standby-hours', '0'];
  const state = async () => (await own.registry.findGeneration(earlier.get(projection)!.uuid))!.state;

  it('ends with 0 when there is nothing to delete, and when it only says what would go', async () => {
    const idle = await reprise('prune', ...search);
    expect(idle).toMatchObject({ code: 0, stderr: '' });
    // Other files' indices of that read model may lie on the same server: a prune leaves them alone and says so.
    const said = idle.stdout.split('\n').filter((line) => !line.endsWith('was left alone'));
    expect(said).toEqual([`${projection}: nothing to delete`, '']);
    expect(await reprise(...all, '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`would delete ${earlier.get(projection)!.name} (`),
      stderr: '',
    });
    expect(await state()).toBe('STANDBY');
  });

  it('ends with 2 and keeps every complete generation while readers are on nothing, until the step it prints was taken', async () => {
    const live = later.get(projection)!.name;
    await elasticsearch().indices.deleteAlias({ index: live, name: own.alias });
    const { code, stdout, stderr } = await reprise(...all);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        `${projection}: readers of "${own.alias}" are on nothing, so no complete generation is deleted. ` +
        `Bring readers to a complete one first: ${commandLine.promote(live)}\n`,
    });
    expect(stdout).toContain(`kept ${earlier.get(projection)!.name} (`);
    expect(JSON.parse((await reprise(...all, '--json')).stdout)).toMatchObject({
      deleted: [],
      danger: expect.stringContaining('are on nothing'),
    });
    expect(await state()).toBe('STANDBY');
    expect(await typed(commandLine.promote(live))).toMatchObject({ code: 0 });
    expect(await reprise(...all)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`deleted ${earlier.get(projection)!.name} (`),
      stderr: '',
    });
    expect(await state()).toBe('PRUNED');
  });
});
