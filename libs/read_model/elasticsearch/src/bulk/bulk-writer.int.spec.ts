import { randomUUID } from 'node:crypto';
import { afterFile, dropIndices, freshName, testEndpoints } from '@reprise/test-kit';
import { httpProxy, type HttpFault, type HttpProxy } from '@reprise/test-kit/proxies';
import { generationName, type DocumentToWrite, type StoreRetry } from '@reprise/read-model-indices';
import { contractDocument } from '@reprise/read-model-indices/testing';
import type { BulkWriterOptions } from './bulk-writer.ts';
import { createElasticsearchClient } from '../servers/client.ts';
import { elasticsearchGenerationStore } from '../generation-store.ts';
import { contractStorage } from '../testing/contract-storage.ts';

const projection = freshName('writer');
const overloaded = {
  type: 'es_rejected_execution_exception',
  reason: 'rejected execution of coordinating operation',
};
let minted = 0;

/** A store behind its own fault proxy, with one generation in it; `direct` reaches the server without the proxy. */
async function setUp(bulk: BulkWriterOptions = {}, requestTimeoutMs = 10_000) {
  const proxy = await httpProxy(testEndpoints().elasticsearch.node);
  const client = createElasticsearchClient(
    { ...testEndpoints().elasticsearch, node: proxy.url },
    { requestTimeoutMs },
  );
  const directClient = createElasticsearchClient(testEndpoints().elasticsearch);
  afterFile(async () => {
    await client.close();
    await directClient.close();
    await proxy.close();
  });
  const options = { projection, storage: contractStorage, readersAlias: `${projection}_readers` };
  const store = elasticsearchGenerationStore(client, { ...options, bulk: { firstDelayMs: 5, ...bulk } });
  const direct = elasticsearchGenerationStore(directClient, options);
  const name = generationName(1, projection, new Date(1_000 * minted++), 'c0ffee00');
  await direct.create(name, { uuid: randomUUID(), projection, projectionVersion: 1, fingerprint: 'f' });
  return { proxy, store, direct, name };
}

afterAll(() => dropIndices(projection));

const some = (count: number): DocumentToWrite[] =>
  Array.from({ length: count }, (_, stock) => contractDocument(5, { stock }));
const idsIn = (documents: readonly DocumentToWrite[]): string[] => documents.map(({ id }) => id);
const bulksSeen = (proxy: HttpProxy) => proxy.seen.filter(({ path }) => path.includes('_bulk'));
const firstTimes = (times: number, fault: HttpFault) => {
  let left = times;
  return () => (left-- > 0 ? fault : undefined);
};

describe('a bulk writer', () => {
  it('sends again only those items that the server refused as overloaded', async () => {
    const { proxy, store, direct, name } = await setUp();
    const documents = some(600);
    const refused = documents.filter((_, i) => i % 3 === 0);
    const twice = refused.slice(0, 50);
    const faults = [refused, twice].map((list): HttpFault => {
      return { kind: 'refuse-items', ids: new Set(idsIn(list)), status: 429, error: overloaded };
    });
    proxy.inject(() => faults.shift());
    expect(await store.write(name, documents)).toEqual({ written: 600, stale: 0, rejected: [] });
    expect(bulksSeen(proxy).map(({ ids }) => ids)).toEqual([idsIn(documents), idsIn(refused), idsIn(twice)]);
    expect((await direct.read(name, idsIn(documents))).size).toBe(600);
    expect(proxy.injected).toBe(2);
  });

  it('outlasts a minute of refusals with smaller bulks and longer pauses, drops nothing, and recovers its size', async () => {
    const pauses: number[] = [];
    const clock = {
      time: 0,
      now: () => clock.time,
      random: () => 0.5,
      sleep: (ms: number) => {
        pauses.push(ms);
        clock.time += ms;
        return Promise.resolve();
      },
    };
    const bulk = { clock, firstDelayMs: 100, maxDelayMs: 10_000, maxBytes: 1024 * 1024, maxInFlight: 1 };
    const { proxy, store, name } = await setUp(bulk);
    const documents = some(8_000);
    proxy.inject(({ ids }) =>
      clock.time < 60_000
        ? { kind: 'refuse-items', ids: new Set(ids), status: 429, error: overloaded }
        : undefined,
    );
    expect(await store.write(name, documents)).toEqual({ written: 8_000, stale: 0, rejected: [] });
    expect(proxy.injected).toBeGreaterThan(5);
    expect(pauses.slice(0, 5)).toEqual([75, 150, 300, 600, 1_200]);
    expect(Math.max(...pauses)).toBe(7_500);
    const sizes = bulksSeen(proxy).map(({ body }) => Buffer.byteLength(body));
    const smallest = Math.min(...sizes.slice(0, proxy.injected));
    expect(smallest).toBeLessThanOrEqual(64 * 1024);
    expect(sizes[0]).toBeGreaterThan(8 * smallest);
    expect(Math.max(...sizes.slice(proxy.injected))).toBeGreaterThan(4 * smallest);
  });

  it('stops retrying when nothing gets through for its budget, saying how much is not written, and can be asked again', async () => {
    const retries: StoreRetry[] = [];
    const { proxy, store, direct, name } = await setUp({
      retryBudgetMs: 1_000,
      onRetry: (retry) => retries.push(retry),
    });
    const documents = some(100);
    const stuck = documents.slice(40);
    proxy.inject(() => ({
      kind: 'refuse-items',
      ids: new Set(idsIn(stuck)),
      status: 429,
      error: overloaded,
    }));
    await expect(store.write(name, documents)).rejects.toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringMatching(
        /Of 100 documents 60 are not known to be written.*sending all of them again is safe/,
      ),
    });
    expect((await direct.read(name, idsIn(documents))).size).toBe(40);
    expect(proxy.injected).toBeGreaterThan(2);
    expect(retries).toHaveLength(proxy.injected);
    expect(retries.at(-1)).toMatchObject({
      doing: `writing to ${name}`,
      reason: expect.stringMatching(/^es_rejected/),
    });
    proxy.inject(() => undefined);
    expect(await store.write(name, documents)).toEqual({ written: 60, stale: 40, rejected: [] });
  });

  it.each<[string, HttpFault]>([
    [
      'the server being unavailable',
      { kind: 'answer', status: 503, body: '{"error":{"type":"cluster_manager"}}' },
    ],
    ['a gateway that answers in HTML', { kind: 'answer', status: 502, body: '<html>bad gateway</html>' }],
    [
      'a refusal of the whole request',
      { kind: 'answer', status: 429, body: JSON.stringify({ error: overloaded }) },
    ],
    ['a reset connection', { kind: 'reset' }],
    ['an answer lost after the write', { kind: 'lose-answer' }],
    ['an answer cut off after the write', { kind: 'truncate' }],
    ['an answer that is not a bulk reply', { kind: 'answer', status: 200, body: '{"acknowledged":true}' }],
  ])('survives %s with every document written and counted once', async (_, fault) => {
    const { proxy, store, direct, name } = await setUp({ maxDocuments: 50, maxInFlight: 2 });
    const documents = some(200);
    proxy.inject(firstTimes(3, fault));
    expect(await store.write(name, documents)).toEqual({ written: 200, stale: 0, rejected: [] });
    expect((await direct.read(name, idsIn(documents))).size).toBe(200);
    expect(proxy.injected).toBe(3);
  });

  it('counts as stale what a later version overtook, also when an answer was lost', async () => {
    const { proxy, store, direct, name } = await setUp();
    const documents = some(10);
    await direct.write(
      name,
      documents.slice(0, 4).map(({ id }) => contractDocument(6, { productId: id })),
    );
    proxy.inject(firstTimes(1, { kind: 'lose-answer' }));
    expect(await store.write(name, documents)).toEqual({ written: 6, stale: 4, rejected: [] });
  });

  it('sends again after a request without an answer', async () => {
    const { proxy, store, name } = await setUp({}, 300);
    proxy.inject(firstTimes(1, { kind: 'hang' }));
    expect(await store.write(name, some(20))).toEqual({ written: 20, stale: 0, rejected: [] });
    expect(proxy.injected).toBe(1);
  });

  it('ends at once when it is aborted while the server does not answer', async () => {
    const { proxy, store, name } = await setUp();
    const controller = new AbortController();
    const reason = new Error('asked to stop');
    proxy.inject(() => {
      setImmediate(() => controller.abort(reason));
      return { kind: 'hang' };
    });
    await expect(store.write(name, some(20), controller.signal)).rejects.toBe(reason);
  });

  it('ends at once when it is aborted in a pause', async () => {
    const controller = new AbortController();
    // The pause begins right after it is said.
    const onRetry = () => setImmediate(() => controller.abort());
    const { proxy, store, name } = await setUp({ firstDelayMs: 600_000, maxDelayMs: 600_000, onRetry });
    proxy.inject(() => ({ kind: 'answer', status: 503, body: '{}' }));
    await expect(store.write(name, some(5), controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(proxy.injected).toBe(1);
  });

  it('halves a request that is too large, and rejects a document that is too large alone', async () => {
    const { proxy, store, direct, name } = await setUp();
    const documents = some(200);
    const large = contractDocument(1, { title: 'x'.repeat(100_000) });
    proxy.inject(({ body }) =>
      body.length > 80_000 ? { kind: 'answer', status: 413, body: '' } : undefined,
    );
    const result = await store.write(name, [...documents, large]);
    expect(result).toMatchObject({ written: 200, stale: 0, rejected: [{ id: large.id, version: 1 }] });
    expect(result.rejected[0]!.reason).toMatch(/^100\d{3} bytes are more than the server accepts/);
    expect((await direct.read(name, idsIn(documents))).size).toBe(200);
  });

  it('keeps all concurrent calls within one bound of requests and bytes in flight', async () => {
    const { proxy, store, name } = await setUp({ maxInFlight: 2, maxBytes: 20_000 });
    const calls = Array.from({ length: 6 }, () => some(300));
    const results = await Promise.all(calls.map((documents) => store.write(name, documents)));
    expect(results).toEqual(calls.map(() => ({ written: 300, stale: 0, rejected: [] })));
    expect(proxy.mostAtOnce).toBe(2);
    expect(Math.max(...bulksSeen(proxy).map(({ body }) => body.length))).toBeLessThanOrEqual(20_000);
  });

  it('does not take its own mistake for an outage', async () => {
    const { proxy, store, name } = await setUp();
    const body = JSON.stringify({
      error: { type: 'illegal_argument_exception', reason: 'Malformed action' },
    });
    proxy.inject(() => ({ kind: 'answer', status: 400, body }));
    await expect(store.write(name, some(1))).rejects.toMatchObject({
      name: 'ResponseError',
      statusCode: 400,
    });
    expect(proxy.injected).toBe(1);
  });
});
