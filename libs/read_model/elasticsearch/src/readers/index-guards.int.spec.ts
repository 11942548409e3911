import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import {
  afterFile,
  dropIndices,
  elasticsearch,
  eventually,
  freshName,
  testEndpoints,
} from '@reprise/test-kit';
import { httpProxy } from '@reprise/test-kit/proxies';
import { generationName, type DocumentToWrite, type GenerationName } from '@reprise/read-model-indices';
import { contractDocument } from '@reprise/read-model-indices/testing';
import { createElasticsearchClient } from '../servers/client.ts';
import { elasticsearchGenerationStore, type ElasticsearchStoreOptions } from '../generation-store.ts';
import { contractStorage } from '../testing/contract-storage.ts';

const projection = freshName('guards');
const readersAlias = `${projection}_readers`;
const client = createElasticsearchClient(testEndpoints().elasticsearch);
afterFile(() => client.close());

const storeWith = (options: Partial<ElasticsearchStoreOptions> = {}) =>
  elasticsearchGenerationStore(client, { projection, storage: contractStorage, readersAlias, ...options });
const store = storeWith();
let minted = 0;

async function created(): Promise<GenerationName> {
  const name = generationName(1, projection, new Date(1_000 * minted++), 'c0ffee00');
  await store.create(name, { uuid: randomUUID(), projection, projectionVersion: 1, fingerprint: 'f' });
  return name;
}
const some = (count: number): DocumentToWrite[] =>
  Array.from({ length: count }, (_, stock) => contractDocument(1, { stock }));
/** Cluster settings of a server on which none are set. */
const fromDefaults = { persistent: {}, transient: {}, defaults: {} };
const settingsOf = async (name: string) =>
  (await elasticsearch().indices.getSettings({ index: name, flat_settings: true }))[name]!.settings as Record<
    string,
    unknown
  >;

afterAll(() => dropIndices(projection));
beforeEach(() =>
  elasticsearch().indices.deleteAlias({ index: `${projection}*`, name: readersAlias }, { ignore: [404] }),
);

describe('an index of a generation', () => {
  it('is strict, unrefreshed and without copies while it is built, and serves with its own settings after', async () => {
    const name = await created();
    const { mappings } = (await elasticsearch().indices.getMapping({ index: name }))[name]!;
    expect(mappings.dynamic).toBe('strict');
    const counted = { type: 'long', index: false };
    const bucket = { type: 'integer', index: false };
    expect(mappings.properties!['reprise']).toEqual({
      properties: { bucket, high: counted, low: counted, tombstone: { type: 'keyword' } },
    });
    expect(await settingsOf(name)).toMatchObject({
      'index.refresh_interval': '-1',
      'index.number_of_replicas': '0',
    });
    await storeWith({ serving: { refreshInterval: '7s', replicas: 0 } }).finishBuild(name);
    expect(await settingsOf(name)).toMatchObject({
      'index.refresh_interval': '7s',
      'index.number_of_replicas': '0',
    });
  });

  it('has what was written so far in its own files, not in its log of writes alone, when it settled', async () => {
    const name = await created();
    const uncommitted = async () =>
      (await elasticsearch().indices.stats({ index: name, metric: 'translog' }))._all.primaries!.translog!
        .uncommitted_operations;
    await store.write(name, [contractDocument(1), contractDocument(1)]);
    expect(await uncommitted()).toBe(2);
    await store.settle!(name);
    expect(await uncommitted()).toBe(0);
  });

  it('gets a copy by default where a second data node can hold one', async () => {
    const name = await created();
    await store.finishBuild(name);
    const { number_of_data_nodes: nodes } = await elasticsearch().cluster.health();
    expect(await settingsOf(name)).toMatchObject({
      'index.refresh_interval': '1s',
      'index.number_of_replicas': nodes > 1 ? '1' : '0',
    });
  });

  it('is not reported as served when its copies cannot be placed', async () => {
    const name = await created();
    const greedy = storeWith({ serving: { replicas: 15 }, retryBudgetMs: 100 });
    await expect(greedy.finishBuild(name)).rejects.toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringMatching(/copies of .* are not active.*readers were not moved.*fewer replicas/),
    });
  });

  it('cannot be defined with a field of the store’s own', () => {
    const storage = {
      ...contractStorage,
      properties: { ...contractStorage.properties, reprise: { type: 'keyword' } },
    };
    expect(() => storeWith({ storage })).toThrow(/"reprise" is reserved by the store/);
  });
});

describe('a full disk', () => {
  it('stops a write at once with the remedy, rejects no document, and lets it through when space is back', async () => {
    const name = await created();
    const documents = some(300);
    await store.write(name, documents.slice(0, 100));
    await elasticsearch().indices.putSettings({
      index: name,
      settings: { 'index.blocks.read_only_allow_delete': true },
    });
    const onRetry = jest.fn();
    await expect(storeWith({ onRetry }).write(name, documents)).rejects.toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringMatching(
        /cluster_block_exception.*300 are not known to be written.*free disk space/,
      ),
    });
    expect(onRetry).not.toHaveBeenCalled();
    await store.switchReaders(undefined, name);
    await expect(store.assertHealthy()).rejects.toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringMatching(
        /readers are on, has the block index.blocks.read_only_allow_delete. Nothing was changed/,
      ),
    });
    await elasticsearch().indices.putSettings({
      index: name,
      settings: { 'index.blocks.read_only_allow_delete': null },
    });
    await store.assertHealthy();
    expect(await store.write(name, documents)).toEqual({ written: 200, stale: 100, rejected: [] });
  });

  it('is seen before a build: room for a second copy of what serves is missing', async () => {
    const name = await created();
    await store.finishBuild(name);
    await store.switchReaders(undefined, name);
    // The server's own figure changes while it merges segments, and some seconds later.
    const stats = { _all: { primaries: { store: { size_in_bytes: 1_000_000 } } } };
    const room = 1_500_000;
    const disk = { total_in_bytes: 1_000 * room, available_in_bytes: 150 * room + room };
    const nodes = { n1: { name: 'node-1', roles: ['data'], fs: { total: disk } } };
    const proxy = await httpProxy(testEndpoints().elasticsearch.node);
    const behindProxy = createElasticsearchClient({ ...testEndpoints().elasticsearch, node: proxy.url });
    afterFile(async () => {
      await behindProxy.close();
      await proxy.close();
    });
    proxy.inject(({ path }) => {
      const body = path.startsWith('/_nodes/')
        ? { nodes }
        : path.startsWith(`/${name}/_stats/`)
          ? stats
          : path.startsWith('/_cluster/settings')
            ? fromDefaults
            : undefined;
      return body && { kind: 'answer', status: 200, body: JSON.stringify(body) };
    });
    const observed = elasticsearchGenerationStore(behindProxy, {
      projection,
      storage: contractStorage,
      readersAlias,
    });
    await expect(observed.assertHealthy()).rejects.toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringMatching(
        /a second copy of .* needs about .*node-1.*Nothing was changed.*prune old generations or add a node/,
      ),
    });
    expect(proxy.injected).toBe(3);
    disk.available_in_bytes += room;
    await observed.assertHealthy();
  });
});

describe('an index deleted by hand', () => {
  // Most servers create indices automatically. Those that do not are configured to, for the names of this file only.
  const key = 'action.auto_create_index';
  beforeAll(async () => {
    const { defaults } = await elasticsearch().cluster.getSettings({
      include_defaults: true,
      flat_settings: true,
    });
    if (defaults?.[key] === 'false') {
      await elasticsearch().cluster.putSettings({ persistent: { [key]: `+${projection}*` } });
      afterFile(async () => {
        await elasticsearch().cluster.putSettings({ persistent: { [key]: null } });
      });
    }
  });

  it('makes concurrent writers fail clearly and leaves no index with a guessed mapping behind', async () => {
    const name = await created();
    const small = storeWith({ bulk: { maxDocuments: 20 } });
    const writers = Array.from({ length: 4 }, () => small.write(name, some(4_000)));
    const results = Promise.allSettled(writers);
    await eventually(async () => {
      const { _all } = await elasticsearch().indices.stats({ index: name, metric: 'indexing' });
      expect(_all.primaries!.indexing!.index_total).toBeGreaterThan(0);
    });
    await elasticsearch().indices.delete({ index: name });
    for (const result of await results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'DEPENDENCY',
          message: expect.stringMatching(/index_not_found.*build a new generation/),
        },
      });
    }
    expect(await elasticsearch().indices.exists({ index: [name, `${name}_write`] })).toBe(false);
  });

  it('would come back as junk without that guard', async () => {
    const name = `${projection}_unguarded`;
    const reply = await elasticsearch().bulk({
      index: name,
      operations: [{ index: { _id: 'x' } }, { any: 1 }],
    });
    expect([reply.errors, await elasticsearch().indices.exists({ index: name })]).toEqual([false, true]);
  });
});

describe('the readers’ alias', () => {
  it('takes no writes', async () => {
    const name = await created();
    await store.switchReaders(undefined, name);
    const writing = elasticsearch().index({ index: readersAlias, document: {}, require_alias: true });
    await expect(writing).rejects.toThrow(/no write index is defined for alias/);
  });

  it('is never given to a second index by an adoption that raced another', async () => {
    for (let round = 0; round < 5; round++) {
      await elasticsearch().indices.deleteAlias(
        { index: `${projection}*`, name: readersAlias },
        { ignore: [404] },
      );
      const targets = [await created(), await created()] as const;
      const results = await Promise.allSettled(targets.map((to) => store.switchReaders(undefined, to)));
      const winners = targets.filter((_, i) => results[i]!.status === 'fulfilled');
      const expected = winners.length === 0 ? { kind: 'none' } : { kind: 'generation', name: winners[0] };
      expect(winners.length).toBeLessThanOrEqual(1);
      expect(await store.observeReaders()).toEqual(expected);
    }
  });

  it('cannot be an index: the remedy is named and the index stays', async () => {
    const alias = `${projection}_concrete`;
    await elasticsearch().indices.create({ index: alias });
    const adopting = storeWith({ readersAlias: alias });
    expect(await adopting.observeReaders()).toEqual({ kind: 'ambiguous', names: [alias] });
    await expect(adopting.switchReaders(undefined, await created())).rejects.toMatchObject({
      code: 'CUTOVER_CONFLICT',
      message: expect.stringMatching(/is an index.*nothing was changed.*choose another alias/),
    });
    expect(await elasticsearch().indices.exists({ index: alias })).toBe(true);
  });

  it('is not moved off an index that is not a generation', async () => {
    const stranger = `${projection}_stranger`;
    await elasticsearch().indices.create({ index: stranger, aliases: { [readersAlias]: {} } });
    expect(await store.observeReaders()).toEqual({ kind: 'ambiguous', names: [stranger] });
    await expect(store.switchReaders(undefined, await created())).rejects.toMatchObject({
      code: 'CUTOVER_CONFLICT',
    });
    expect(await store.observeReaders()).toEqual({ kind: 'ambiguous', names: [stranger] });
  });
});

describe('readers that are not where the caller saw them', () => {
  it('see no index beside theirs, not for a moment: no change is sent at all', async () => {
    const [first, second] = [await created(), await created()];
    await store.switchReaders(undefined, first);
    const changes: string[] = [];
    const watched = createElasticsearchClient(testEndpoints().elasticsearch);
    watched.diagnostic.on('request', (_error, event) => {
      const { method, path } = event?.meta.request.params ?? {};
      if (path?.endsWith('/_aliases')) changes.push(`${method} ${path}`);
    });
    const late = elasticsearchGenerationStore(watched, {
      projection,
      storage: contractStorage,
      readersAlias,
    });
    for (const from of [undefined, second])
      await expect(late.switchReaders(from, second)).rejects.toMatchObject({ code: 'CUTOVER_CONFLICT' });
    expect(changes).toEqual([]);
    await late.switchReaders(first, second);
    expect(changes).toEqual(['POST /_aliases']);
    await watched.close();
  });
});
