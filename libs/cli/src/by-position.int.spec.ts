import { fileURLToPath } from 'node:url';
import { RepairQueue } from '@reprise/read-model-repair';
import { createReadModelPool } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { afterFile, elasticsearch, freshTopic } from '@reprise/test-kit';
import { commandLine } from '@reprise/runtime/commands';
import { inThisProcess } from './testing/in-this-process.ts';
import { ownReadModel } from './testing/own-read-model.ts';
import { wordsOf } from './testing/parsed-line.ts';

const REPRISE_CONFIG = fileURLToPath(
  new URL('../../../libs/read_model/feed/src/testing/by-position/reprise.config.ts', import.meta.url),
);
const search = ['--projection', 'product_search'];
const weaker = 'a missing event goes unnoticed';

it('verbs of a context that orders by position say so, repair from its log, and end with 1 once its partitions are others', async () => {
  const topic = await freshTopic({ partitions: 2 });
  const own = await ownReadModel(topic);
  const verb = (...words: string[]) => inThisProcess(words, { ...own.env, REPRISE_CONFIG });
  const lives = [1, 2, 3].map(() => productHistory({ events: [step.created(), step.published()] }));
  await produce(topic, lives.flat());
  const [id] = lives.map(([first]) => first!.subject);

  const dry = await verb('rebuild', ...search, '--mode', 'DRY_RUN');
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining(weaker) as unknown });
  for (const round of [1, 2]) {
    const built = await verb('rebuild', ...search, '--json');
    expect([round, built.code]).toEqual([round, 0]);
    const receipt = JSON.parse(built.stdout) as { versions: string; warnings: string[] };
    expect(receipt.versions).toBe('position');
    expect(receipt.warnings.join()).toContain(weaker);
  }
  expect((await verb('status', ...search, '--verbose')).stdout).toContain('by position in the topic');

  const [live] = await own.registry.listGenerations({ states: ['LIVE'] });
  await elasticsearch().delete({ index: live!.name, id: id!, refresh: true });
  const repaired = await verb('repair', ...search, '--aggregate-id', id!);
  expect(repaired).toMatchObject({ code: 0, stdout: expect.stringMatching(`missing +${id}`) as unknown });
  expect((await verb('verify', ...search, '--deep')).stdout).toContain('3 documents');

  const part = await verb('rebuild', ...search, '--from-event-id', lives[0]![1]!.id);
  expect(part).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was changed') as unknown });
  expect(part.stderr).toContain(commandLine.rebuild('product_search'));

  const pool = createReadModelPool(own.env['READ_MODEL_DATABASE_URL']!);
  afterFile(() => pool.end());
  const queue = new RepairQueue(pool);
  const task = {
    projection: 'product_search',
    projectionVersion: 2,
    aggregateType: 'product',
    reason: 'operator',
  } as const;
  await queue.add([{ ...task, aggregateId: id! }]);
  await topic.grow(3);
  const state = async () => {
    const { open, failed } = await queue.counts(['product_search']);
    return { open, failed, generations: await own.registry.listGenerations() };
  };
  const before = await state();
  const [standby] = await own.registry.listGenerations({ states: ['STANDBY'] });
  for (const words of [
    ['verify', ...search],
    ['repair', ...search, '--aggregate-id', id!],
    ['repair', ...search, '--all'],
    ['rollback', ...search],
    ['promote', '--generation', standby!.name],
    ['rebuild', ...search, '--aggregate-id', id!],
  ]) {
    const refused = await verb(...words);
    expect([words, refused.code]).toEqual([words, 1]);
    expect(refused.stdout + refused.stderr).toMatch(/2 partitions, but .* 3 partitions/);
    expect(refused.stdout + refused.stderr).toContain(commandLine.rebuild('product_search'));
  }
  expect(await state()).toEqual(before);
  expect((await verb('status', ...search)).stdout).toMatch(/OTHER\s+PARTITIONS/);
  const typed = (line: string) => verb(...wordsOf(line).slice(1));
  expect((await typed(commandLine.rebuild('product_search'))).code).toBe(0);
});
