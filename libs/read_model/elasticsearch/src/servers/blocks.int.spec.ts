import { randomUUID } from 'node:crypto';
import { afterFile, dropIndices, elasticsearch, freshName, testEndpoints } from '@reprise/test-kit';
import { httpProxy } from '@reprise/test-kit/proxies';
import { generationName, type GenerationName } from '@reprise/read-model-indices';
import { contractDocument } from '@reprise/read-model-indices/testing';
import type { BulkWriterOptions } from '../bulk/bulk-writer.ts';
import { createElasticsearchClient } from './client.ts';
import { elasticsearchGenerationStore } from '../generation-store.ts';
import { contractStorage } from '../testing/contract-storage.ts';

const projection = freshName('blocked');
const readersAlias = `${projection}_readers`;
const client = createElasticsearchClient(testEndpoints().elasticsearch);
afterFile(() => client.close());
const storeOn = (connection = client, bulk: BulkWriterOptions = {}) =>
  elasticsearchGenerationStore(connection, { projection, storage: contractStorage, readersAlias, bulk });
/** Writes that are refused for as long as a block lasts are few here. */
const store = storeOn(client, { retryBudgetMs: 2_000 });
let minted = 0;
const newName = (): GenerationName => generationName(1, projection, new Date(1_000 * minted++), 'c0ffee00');
async function created(): Promise<GenerationName> {
  const name = newName();
  await store.create(name, { uuid: randomUUID(), projection, projectionVersion: 1, fingerprint: 'f' });
  return name;
}
const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('it went well'),
    (error: unknown) => error as Error,
  );

afterAll(() => dropIndices(projection));
afterEach(() =>
  elasticsearch().indices.deleteAlias({ index: `${projection}*`, name: readersAlias }, { ignore: [404] }),
);

/** The message for an operator, and that it names the block that is set: once lifted as the message says, the write goes through. */
describe('a block on an index is reported by its own name and remedy', () => {
  it.each(['index.blocks.write', 'index.blocks.read_only', 'index.blocks.read_only_allow_delete'])(
    '(%s), when it is written to and before a build',
    async (block) => {
      const name = await created();
      await elasticsearch().indices.putSettings({ index: name, settings: { [block]: true } });
      const remedy = `PUT /${name}/_settings {"${block}":null}`;
      const refused = await failure(store.write(name, [contractDocument(1)]));
      expect(refused).toMatchObject({ code: 'DEPENDENCY', message: expect.stringContaining(remedy) });
      expect(refused.message.includes('disk')).toBe(block.endsWith('allow_delete'));
      await elasticsearch().indices.putSettings({ index: name, settings: { [block]: null } });
      expect(await store.write(name, [contractDocument(1)])).toMatchObject({ written: 1 });
      await elasticsearch().indices.putAlias({ index: name, name: readersAlias, is_write_index: false });
      await elasticsearch().indices.putSettings({ index: name, settings: { [block]: true } });
      const unfit = await failure(store.assertHealthy());
      expect(unfit).toMatchObject({ code: 'DEPENDENCY', message: expect.stringContaining(remedy) });
      expect(unfit.message.includes('disk')).toBe(block.endsWith('allow_delete'));
      await elasticsearch().indices.putSettings({ index: name, settings: { [block]: null } });
      await store.assertHealthy();
    },
  );

  it('(closed), when it is written to, read, and before a build', async () => {
    const name = await created();
    await store.switchReaders(undefined, name);
    await elasticsearch().indices.close({ index: name });
    for (const work of [
      store.write(name, [contractDocument(1)]),
      store.counts(name),
      store.assertHealthy(),
    ]) {
      const error = await failure(work);
      expect(error).toMatchObject({
        code: 'DEPENDENCY',
        message: expect.stringContaining(`POST /${name}/_open`),
      });
      expect(error.message).not.toContain('disk');
    }
    await elasticsearch().indices.open({ index: name, wait_for_active_shards: 1 });
    await store.assertHealthy();
  });
});

describe('what blocks or limits the whole cluster', () => {
  /** Words of a real server: set for real, they would stop everything that runs on it beside this test. */
  const block = (reason: string) => ({ type: 'cluster_block_exception', reason });
  const shards =
    'Validation Failed: 1: this action would add [2] shards, but this cluster currently has [10]/[10] maximum normal shards open;';

  it.each([
    [
      403,
      block('index [x] blocked by: [FORBIDDEN/6/cluster read-only (api)];'),
      '"cluster.blocks.read_only":null',
    ],
    [
      403,
      block('index [x] blocked by: [FORBIDDEN/13/cluster read-only / allow delete (api)];'),
      '"cluster.blocks.read_only_allow_delete":null',
    ],
    [
      400,
      { type: 'validation_exception', reason: shards },
      'The limit is cluster.max_shards_per_node: delete old',
    ],
  ])('ends a creation with %i as a fault of the server, by its own name', async (status, error, remedy) => {
    const proxy = await httpProxy(testEndpoints().elasticsearch.node);
    const behindProxy = createElasticsearchClient({ ...testEndpoints().elasticsearch, node: proxy.url });
    afterFile(async () => {
      await behindProxy.close();
      await proxy.close();
    });
    proxy.inject(({ method, path }) =>
      method === 'PUT' && path.includes('_v1_')
        ? { kind: 'answer', status, body: JSON.stringify({ error, status }) }
        : undefined,
    );
    const meta = { uuid: randomUUID(), projection, projectionVersion: 1, fingerprint: 'f' };
    expect(await failure(storeOn(behindProxy).create(newName(), meta))).toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringContaining(remedy),
    });
    expect(proxy.injected).toBe(1);
  });

  it('is waited out while the cluster starts or looks for a master', async () => {
    const name = await created();
    const proxy = await httpProxy(testEndpoints().elasticsearch.node);
    const behindProxy = createElasticsearchClient({ ...testEndpoints().elasticsearch, node: proxy.url });
    afterFile(async () => {
      await behindProxy.close();
      await proxy.close();
    });
    const error = block('blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];');
    const answer = { kind: 'answer', status: 503, body: JSON.stringify({ error, status: 503 }) } as const;
    proxy.inject(() => (proxy.injected < 2 ? answer : undefined));
    expect(await storeOn(behindProxy).write(name, [contractDocument(1)])).toMatchObject({ written: 1 });
    expect(await storeOn(behindProxy).counts(name)).toMatchObject({ documents: expect.any(Number) });
    expect(proxy.injected).toBe(2);
  });
});

describe('a cluster that is red', () => {
  const makeRed = (index: string) =>
    elasticsearch().indices.create({
      index,
      timeout: '1s',
      settings: { number_of_replicas: 0, 'index.routing.allocation.require.box': 'nowhere' },
    });

  it('because of another index does not stop a build, which reports its name and cause', async () => {
    const name = await created();
    await store.switchReaders(undefined, name);
    const red = `${projection}_other`;
    await makeRed(red);
    expect((await store.assertHealthy()).join()).toMatch(
      new RegExp(
        `red because of indices .*not on: .*${red} is not allocated to any node .*box:\\\\?"nowhere`,
      ),
    );
    await elasticsearch().indices.delete({ index: red });
  });

  it('because of the index that readers are on stops it, with the cause', async () => {
    const name = newName();
    await makeRed(name);
    await elasticsearch().indices.putAlias({ index: name, name: readersAlias, is_write_index: false });
    expect(await failure(store.assertHealthy())).toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringMatching(/readers are on .*, which is red: shard 0 .*box:"nowhere".*DELETE \//),
    });
    await elasticsearch().indices.delete({ index: name });
  });
});
