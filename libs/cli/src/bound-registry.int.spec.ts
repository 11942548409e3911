import { randomBytes } from 'node:crypto';
import { commandLine } from '@reprise/runtime/commands';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, freshName, freshTopic, produceRaw, type FreshTopic } from '@reprise/test-kit';
import { relayFixture } from '@reprise/relay/testing';
import { verbGroups, verbs } from './table/verbs.ts';
import { inThisProcess as rebuildJob } from './testing/in-this-process.ts';
import { wordsOf as lineWords } from './testing/parsed-line.ts';
import { ownReadModel, type OwnReadModel } from './testing/own-read-model.ts';

const projection = ['--projection', 'product_search'];
const productId = '0193a000-0000-7000-8000-000000000001';
let topic: FreshTopic;
let other: FreshTopic;
let own: OwnReadModel;
let elsewhere: Record<string, string>;

/** Everything a refused verb must leave as it is. */
async function everything() {
  const { registry } = own;
  const generations = await registry.listGenerations();
  return {
    generations,
    positions: await Promise.all(generations.map(({ uuid }) => registry.positions(uuid))),
    runs: await registry.listRuns({ limit: 1_000 }),
    bindings: await registry.bindings.list(),
    aliases: await elasticsearch().indices.getAlias({
      index: generations.filter(({ storage }) => storage === 'elasticsearch').map(({ name }) => name),
    }),
  };
}

beforeAll(async () => {
  [topic, other] = [await freshTopic(), await freshTopic()];
  own = await ownReadModel(topic);
  elsewhere = { ...own.env, PRODUCT_EVENTS_TOPIC: other.name, SEARCH_ALIAS: freshName('other_search') };
  const history = () => productHistory({ events: [step.created(), step.published()] });
  await produce(topic, [...history(), ...history(), ...history()]);
  await produce(other, history());
  for (let times = 0; times < 2; times++)
    expect((await rebuildJob(['rebuild', ...projection], own.env)).code).toBe(0);
});

describe('a second environment on the read-model database of a first one', () => {
  const verbs: (readonly string[])[] = [
    ['plan', ...projection],
    ['rebuild', ...projection],
    ['rebuild', ...projection, '--mode', 'DRY_RUN'],
    ['rebuild', ...projection, '--shard', '0/2'],
    ['rebuild', ...projection, '--from-ts', '2026-01-01T00:00:00Z'],
    ['rebuild', ...projection, '--aggregate-id', productId],
    ['rollback', ...projection],
    ['cancel', ...projection],
    ['prune', ...projection, '--keep', '0', '--standby-hours', '0'],
    ['verify', ...projection],
    ['verify', ...projection, '--repair'],
    ['repair', ...projection, '--aggregate-id', productId],
    ['repair', ...projection, '--all'],
    ['repair', ...projection, '--status'],
    ['dlq', 'list', ...projection],
    ['dlq', 'redrive', '--all', ...projection],
  ];

  it.each(verbs.map((words) => ({ words, verb: words.join(' ') })))(
    'is refused with 1 before anything is read or written by $verb',
    async ({ words }) => {
      const before = await everything();
      const { code, stderr, stdout } = await rebuildJob(words, elsewhere);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      for (const named of [topic.name, other.name, own.alias, elsewhere['SEARCH_ALIAS']!])
        expect(stderr).toContain(`"${named}"`);
      for (const setting of [
        'PRODUCT_EVENTS_TOPIC',
        'SEARCH_ALIAS',
        'READ_MODEL_DATABASE_URL',
        'Nothing was changed',
      ])
        expect(stderr).toContain(setting);
      expect(await everything()).toEqual(before);
    },
  );

  it('cannot promote what the first one built, by name or uuid', async () => {
    const before = await everything();
    for (const { name, uuid } of before.generations)
      for (const wanted of [name, uuid])
        expect(await rebuildJob(['promote', '--generation', wanted], elsewhere)).toMatchObject({
          code: 1,
          stderr: expect.stringContaining(`"${topic.name}"`),
        });
    expect(await everything()).toEqual(before);
  });

  it('sees by status what the registry belongs to, with 1', async () => {
    const { code, stdout, stderr } = await rebuildJob(['status', ...projection], elsewhere);
    expect(code).toBe(1);
    expect(stdout).toContain(`bound to    topic "${topic.name}"`);
    expect(stderr).toContain('PRODUCT_EVENTS_TOPIC');
    expect((await rebuildJob(['status', ...projection], own.env)).code).toBe(0);
  });

  it('leaves the first one its way back', async () => {
    const [, first] = await own.registry.listGenerations();
    const { code, stdout } = await rebuildJob(['rollback', ...projection], own.env);
    expect(code).toBe(0);
    expect(stdout).toContain(`to ${first!.name}`);
  });
});

describe('a rollback while Kafka is away', () => {
  it('moves readers back, says that the cluster was not compared, and still refuses another topic', async () => {
    const away = { KAFKA_BROKERS: '127.0.0.1:1' };
    const refused = await rebuildJob(['rollback', ...projection], { ...elsewhere, ...away });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('PRODUCT_EVENTS_TOPIC') });
    const { code, stderr } = await rebuildJob(['rollback', ...projection, '--again'], {
      ...own.env,
      ...away,
    });
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('cluster was not compared'),
    });
  });
});

describe('every verb, asked for JSON', () => {
  let env: Record<string, string>;
  const letter = () => `${topic.name}:0:99`;

  beforeAll(async () => {
    const letters = await freshTopic();
    const outbox = await relayFixture();
    env = { ...outbox.env, ...own.env, DEAD_LETTER_TOPIC: letters.name };
    // At no event of the log: what is discarded here is left out of later rebuilds.
    const origin = { 'original-topic': topic.name, 'original-partition': '0', 'original-offset': '99' };
    await produceRaw(letters, [{ value: '{}', headers: { ...origin, reason: 'unknown-type' } }]);
  });

  /** The words after the verb; those of one that is missing here fail the test. */
  const wordsOf: Record<string, () => readonly string[] | Promise<readonly string[]>> = {
    plan: () => projection,
    rebuild: () => [...projection, '--dry-run'],
    promote: async () => ['--generation', (await own.registry.listGenerations())[0]!.name],
    rollback: () => projection,
    status: () => projection,
    cancel: () => projection,
    prune: () => [...projection, '--dry-run'],
    rebind: () => [...projection, '--dry-run'],
    verify: () => projection,
    repair: () => [...projection, '--status'],
    audit: () => [],
    relay: () => ['--once', '--context', 'product'],
    migrate: () => [],
    completion: () => ['bash'],
    'dlq list': () => [],
    'dlq show': () => [letter()],
    'dlq redrive': () => [letter(), '--dry-run'],
    'dlq discard': () => [letter(), '--reason', 'a test'],
    'receipts list': () => projection,
    'receipts show': () => projection,
  };

  it.each([
    // It works until it is stopped.
    ...verbs.map(({ name }) => name).filter((name) => name !== 'live'),
    ...verbGroups.flatMap((group) => group.verbs.map(({ name }) => `${group.name} ${name}`)),
  ])('prints one document on stdout: %s', async (verb) => {
    const words = await wordsOf[verb]!();
    const { code, stdout, stderr } = await rebuildJob([...verb.split(' '), ...words, '--json'], env);
    const document: unknown = JSON.parse(stdout === '' ? `no output, but: ${stderr}` : stdout);
    expect([0, 2]).toContain(code);
    expect(document).toEqual(expect.any(Object));
  });
});

describe('receipts of earlier runs', () => {
  it('are listed newest first and shown again as they were printed', async () => {
    const printed = await rebuildJob(['rebuild', ...projection, '--no-promote'], own.env);
    const [newest] = await own.registry.listRuns({ projection: 'product_search', limit: 1 });
    const list = await rebuildJob(['receipts', 'list', ...projection, '--limit', '2'], own.env);
    expect(list.stdout.trim().split('\n')).toEqual([
      expect.stringMatching(`^${newest!.runId}  .*  product_search  built  product_search_v`),
      expect.stringContaining('product_search'),
    ]);
    expect(await rebuildJob(['receipts', 'show', newest!.runId], own.env)).toEqual({
      ...printed,
      stderr: '',
    });
    expect((await rebuildJob(['receipts', 'show', ...projection], own.env)).stdout).toBe(printed.stdout);
    const json = await rebuildJob(['receipts', 'show', newest!.runId, '--json'], own.env);
    expect(JSON.parse(json.stdout)).toMatchObject({ runId: newest!.runId, outcome: 'built' });
    expect(await rebuildJob(['receipts', 'show', 'nobody'], own.env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('./reprise receipts list'),
    });
  });
});

describe('a move to another log and other readers on purpose', () => {
  const rebind = (mode: string, env = elsewhere) =>
    rebuildJob(['rebind', ...projection, '--mode', mode], env);

  it('changes nothing in a dry run, which is the default', async () => {
    const before = await everything();
    const typed = (line: string) => rebuildJob(lineWords(line).slice(1), elsewhere);
    const { code, stdout } = await typed(commandLine.rebindDryRun('all'));
    expect(code).toBe(0);
    for (const named of [topic.name, other.name, own.alias, elsewhere['SEARCH_ALIAS']!])
      expect(stdout).toContain(`"${named}"`);
    expect(await everything()).toEqual(before);
  });

  it('is refused while a consumer feeds the log of the first one, and where readers are on what another registry made', async () => {
    const { registry } = own;
    const [live] = await registry.listGenerations({ states: ['LIVE'] });
    const before = await everything();
    await own.fedBy('a-consumer', [live!]);
    expect(await rebind('APPLY')).toMatchObject({ code: 3, stderr: expect.stringContaining('a-consumer') });
    await registry.removeFeeder('a-consumer');
    const index = `product_search_v1_20200101_000000_${randomBytes(4).toString('hex')}`;
    await elasticsearch().indices.create({ index, aliases: { [elsewhere['SEARCH_ALIAS']!]: {} } });
    expect(await rebind('APPLY')).toMatchObject({ code: 2, stderr: expect.stringContaining(index) });
    await elasticsearch().indices.delete({ index });
    expect(await everything()).toEqual(before);
  });

  it('gives the registry to the new ones, and neither readers nor the old log a way across', async () => {
    const { registry } = own;
    const before = await everything();
    expect((await rebind('APPLY')).code).toBe(0);
    const { aliases } = await everything();
    expect(aliases).toEqual(before.aliases);
    expect((await rebuildJob(['rollback', ...projection], own.env)).code).toBe(1);
    expect((await rebuildJob(['rollback', ...projection], elsewhere)).code).toBe(2);
    expect((await rebuildJob(['rebuild', ...projection], elsewhere)).code).toBe(0);
    expect((await rebuildJob(['rollback', ...projection], elsewhere)).code).toBe(2);
    const [live] = await registry.listGenerations({ states: ['LIVE'] });
    expect(live).toMatchObject({ topic: other.name });
    // Readers of the old alias keep reading what it was on, also after clean-ups.
    expect(
      (await rebuildJob(['prune', ...projection, '--keep', '0', '--standby-hours', '0'], elsewhere)).code,
    ).toBe(0);
    const on = await elasticsearch().indices.getAlias({ name: own.alias });
    expect(Object.keys(on)).toEqual(
      Object.keys(before.aliases).filter((name) => own.alias in before.aliases[name]!.aliases!),
    );
    expect((await elasticsearch().count({ index: own.alias })).count).toBe(3);
  });
});
