import { randomUUID } from 'node:crypto';
import { afterFile, dropIndices, elasticsearch, freshName, testEndpoints } from '@reprise/test-kit';
import { httpProxy, type HttpFault, type ProxiedRequest } from '@reprise/test-kit/proxies';
import { generationName, type GenerationName, type StoreRetry } from '@reprise/read-model-indices';
import { contractDocument } from '@reprise/read-model-indices/testing';
import { createElasticsearchClient } from './client.ts';
import { elasticsearchGenerationStore } from '../generation-store.ts';
import { contractStorage } from '../testing/contract-storage.ts';

const projection = freshName('answers');
const readersAlias = `${projection}_readers`;
const meta = () => ({ uuid: randomUUID(), projection, projectionVersion: 1, fingerprint: 'f' });
let minted = 0;
const newName = (): GenerationName => generationName(1, projection, new Date(1_000 * minted++), 'c0ffee00');

async function setUp(retryBudgetMs = 90_000, onRetry?: (retry: StoreRetry) => void) {
  const proxy = await httpProxy(testEndpoints().elasticsearch.node);
  const client = createElasticsearchClient({ ...testEndpoints().elasticsearch, node: proxy.url });
  afterFile(async () => {
    await client.close();
    await proxy.close();
  });
  const store = elasticsearchGenerationStore(client, {
    projection,
    storage: contractStorage,
    readersAlias,
    retryBudgetMs,
    onRetry,
  });
  return { proxy, store };
}

/** Injects a fault into the first requests that a test is about. */
function once(matches: (request: ProxiedRequest) => boolean, fault: HttpFault) {
  let left = 1;
  return (request: ProxiedRequest) => (left > 0 && matches(request) && left-- > 0 ? fault : undefined);
}
const creating = ({ method, path }: ProxiedRequest) => method === 'PUT' && path.startsWith(`/${projection}`);
const moving = ({ path }: ProxiedRequest) => path === '/_aliases';

afterAll(() => dropIndices(projection));
beforeEach(() =>
  elasticsearch().indices.deleteAlias({ index: `${projection}*`, name: readersAlias }, { ignore: [404] }),
);

describe('a call whose answer is lost', () => {
  it('has created the generation, if the index carries the meta of this very build', async () => {
    const { proxy, store } = await setUp();
    const [name, own] = [newName(), meta()];
    proxy.inject(once(creating, { kind: 'lose-answer' }));
    await store.create(name, own);
    expect(proxy.injected).toBe(1);
    expect(await store.meta(name)).toEqual(own);
  });

  it('has not created a generation that another build made meanwhile', async () => {
    const { proxy, store } = await setUp();
    const name = newName();
    await store.create(name, meta());
    proxy.inject(once(creating, { kind: 'reset' }));
    await expect(store.create(name, meta())).rejects.toMatchObject({ code: 'GENERATION_CONFLICT' });
    expect(proxy.injected).toBe(1);
  });

  it.each(['lose-answer', 'truncate', 'reset'] as const)('has moved readers once, by %s', async (kind) => {
    const { proxy, store } = await setUp();
    const [from, to] = [newName(), newName()];
    for (const name of [from, to]) await store.create(name, meta());
    await store.switchReaders(undefined, from);
    proxy.inject(once(moving, { kind }));
    await store.switchReaders(from, to);
    expect(proxy.injected).toBe(1);
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: to });
  });

  it('has not moved readers when another cutover came in between', async () => {
    const { proxy, store } = await setUp();
    const names = [newName(), newName(), newName()] as const;
    for (const name of names) await store.create(name, meta());
    const [from, to, other] = names;
    await store.switchReaders(undefined, from);
    let moves = 0;
    proxy.inject((request) => {
      if (!moving(request) || ++moves > 1) return undefined;
      void store.switchReaders(from, other);
      return { kind: 'reset' };
    });
    await expect(store.switchReaders(from, to)).rejects.toMatchObject({ code: 'CUTOVER_CONFLICT' });
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: other });
  });

  it('is made again when it only reads', async () => {
    const { proxy, store } = await setUp();
    const name = newName();
    await store.create(name, meta());
    const documents = Array.from({ length: 40 }, () => contractDocument(1));
    await store.write(name, documents);
    await store.refresh(name);
    const faults: HttpFault[] = [
      { kind: 'answer', status: 503, body: '{}' },
      { kind: 'truncate' },
      { kind: 'reset' },
    ];
    let requests = 0;
    proxy.inject(() => (requests++ % 2 === 0 ? faults[(requests >> 1) % faults.length] : undefined));
    expect(
      (
        await store.read(
          name,
          documents.map(({ id }) => id),
        )
      ).size,
    ).toBe(40);
    expect(await store.counts(name)).toEqual({ documents: 40, tombstones: 0 });
    expect((await store.bucketDigests(name)).reduce((sum, bucket) => sum + bucket.documents, 0)).toBe(40);
    let scanned = 0;
    for await (const page of store.scan(name, { batchSize: 15 })) scanned += page.length;
    expect(scanned).toBe(40);
    expect(proxy.injected).toBeGreaterThan(5);
  });
});

describe('a server that stays away', () => {
  it('is reported within the retry budget, with what was being done and a remedy', async () => {
    const retries: StoreRetry[] = [];
    const { proxy, store } = await setUp(3_000, (retry) => retries.push(retry));
    proxy.inject(() => ({ kind: 'reset' }));
    await expect(store.counts(newName())).rejects.toMatchObject({
      code: 'DEPENDENCY',
      dependency: 'elasticsearch',
      message: expect.stringMatching(
        /Elasticsearch at 127.0.0.1:\d+ closed the connection .*failed while counting the documents of .*Check that the server runs/,
      ),
    });
    expect(proxy.injected).toBeGreaterThan(1);
    expect(retries.length).toBeGreaterThanOrEqual(proxy.injected - 1);
    expect(retries[0]).toMatchObject({ doing: expect.stringMatching(/^counting/), failures: 1 });
  });

  it('is not waited for once the signal aborts', async () => {
    const { proxy, store } = await setUp(60_000);
    const controller = new AbortController();
    const reason = new Error('asked to stop');
    proxy.inject(() => {
      controller.abort(reason);
      return { kind: 'answer', status: 503, body: '{}' };
    });
    await expect(store.assertHealthy(controller.signal)).rejects.toBe(reason);
    expect(proxy.injected).toBe(1);
  });

  it('is distinguished from one that does not let this process in', async () => {
    const { proxy, store } = await setUp(60_000);
    const body = JSON.stringify({ error: { type: 'security_exception', reason: 'missing authentication' } });
    proxy.inject(() => ({ kind: 'answer', status: 401, body }));
    await expect(store.list()).rejects.toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringMatching(
        /refuses the login: .*missing authentication.*Check ELASTICSEARCH_API_KEY/,
      ),
    });
    expect(proxy.injected).toBe(1);
  });
});
