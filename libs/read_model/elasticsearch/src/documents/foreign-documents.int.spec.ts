import { randomUUID } from 'node:crypto';
import { bucketOf } from '@reprise/read-model-documents';
import { afterFile, dropIndices, elasticsearch, freshName, testEndpoints } from '@reprise/test-kit';
import { generationName, type StoredDocument } from '@reprise/read-model-indices';
import { contractDocument } from '@reprise/read-model-indices/testing';
import { createElasticsearchClient } from '../servers/client.ts';
import { elasticsearchGenerationStore } from '../generation-store.ts';
import { contractStorage } from '../testing/contract-storage.ts';

const projection = freshName('foreign');
const client = createElasticsearchClient(testEndpoints().elasticsearch);
const store = elasticsearchGenerationStore(client, {
  projection,
  storage: contractStorage,
  readersAlias: `${projection}_readers`,
});
const name = generationName(1, projection, new Date(1_000), 'c0ffee00');
const own = contractDocument(1);
const foreign = { productId: randomUUID(), version: 1, status: 'draft', title: 'by hand', stock: 1 };

afterFile(async () => {
  await client.close();
  await dropIndices(projection);
});

beforeAll(async () => {
  await store.create(name, { uuid: randomUUID(), projection, projectionVersion: 1, fingerprint: 'f' });
  await store.write(name, [own]);
  await elasticsearch().index({ index: name, id: foreign.productId, document: foreign, refresh: true });
});

describe('a document that something other than the store wrote', () => {
  it('is read with a digest that no content has', async () => {
    const found = (await store.read(name, [foreign.productId])).get(foreign.productId);
    const digest = { bucket: bucketOf(foreign.productId), high: 0, low: 0 };
    expect(found).toEqual({ id: foreign.productId, version: 1, document: foreign, digest });
    expect((await store.observe(name, foreign.productId))!.digest).toBeUndefined();
  });

  it('comes along with a scan of any buckets, and with one of none', async () => {
    for (const buckets of [[], [own.digest.bucket]]) {
      const found: StoredDocument[] = [];
      for await (const page of store.scan(name, { buckets })) found.push(...page);
      const expected = buckets.length === 0 ? [foreign.productId] : [foreign.productId, own.id].sort();
      expect(found.map(({ id }) => id).sort()).toEqual(expected);
    }
  });

  it('is counted as a tombstone where it says so itself, as indices of the first form do', async () => {
    const gone = { ...foreign, productId: randomUUID(), status: 'deleted' };
    const before = await store.counts(name);
    await elasticsearch().index({ index: name, id: gone.productId, document: gone, refresh: true });
    const { documents, tombstones } = before;
    expect(await store.counts(name)).toEqual({ documents: documents + 1, tombstones: tombstones + 1 });
    await elasticsearch().delete({ index: name, id: gone.productId, refresh: true });
  });

  it('is corrected like any other, and the index keeps its settings', async () => {
    const seen = await store.observe(name, foreign.productId);
    expect(await store.correct(name, foreign.productId, seen, undefined)).toEqual({ outcome: 'corrected' });
    const right = contractDocument(1, { productId: foreign.productId });
    expect(await store.correct(name, right.id, undefined, right)).toEqual({ outcome: 'corrected' });
    const { settings } = (await elasticsearch().indices.getSettings({ index: name, flat_settings: true }))[
      name
    ]!;
    expect(settings).not.toHaveProperty('index.gc_deletes');
  });
});
