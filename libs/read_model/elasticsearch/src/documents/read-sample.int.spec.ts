import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { estypes } from '@elastic/elasticsearch';
import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import { afterFile, dropIndices, elasticsearch, freshName, testEndpoints } from '@reprise/test-kit';
import {
  generationName,
  prepareDocument,
  type DocumentToWrite,
  type GenerationName,
} from '@reprise/read-model-indices';
import { versioned } from '@reprise/read-model-indices/testing';
import { createElasticsearchClient } from '../servers/client.ts';
import { elasticsearchGenerationStore } from '../generation-store.ts';
import { indexDefinition } from '../creation/index-definition.ts';

const projection = freshName('sampled');
const client = createElasticsearchClient(testEndpoints().elasticsearch);
afterFile(() => client.close());

const storage: ElasticsearchStorage = {
  kind: 'elasticsearch',
  schemaVersion: 1,
  properties: {
    productId: { type: 'keyword' },
    version: { type: 'long' },
    status: { type: 'keyword' },
    title: { type: 'text', fields: { sort: { type: 'keyword', ignore_above: 16 } } },
    tags: { type: 'keyword', fields: { text: { type: 'text' } } },
    price: { type: 'long' },
    share: { type: 'float' },
    madeAt: { type: 'date' },
    sold: { type: 'boolean' },
    hidden: { type: 'keyword', index: false },
  },
};
const store = elasticsearchGenerationStore(client, {
  projection,
  storage,
  readersAlias: `${projection}_readers`,
});
let minted = 0;
const newName = (): GenerationName => generationName(1, projection, new Date(1_000 * minted++), 'c0ffee00');
const meta = () => ({ uuid: randomUUID(), projection, projectionVersion: 1, fingerprint: 'f' });

/** Documents of every shape that the mapping takes, odd ones among them. */
const documents = (): DocumentToWrite[] => {
  const titles = [
    'Enamel mug',
    '!!!',
    '',
    '日本語 の 本',
    'word '.repeat(400),
    'x'.repeat(400),
    'NOT "quoted" (a OR b)~2',
  ];
  const odd = titles.map((title) => ({ title, tags: ['a b', 'c'], price: -1, share: 0.1, sold: false }));
  const bare = [{ title: null, tags: [] }, {}];
  return [...odd, ...bare].map((fields, index) => {
    const document = {
      productId: randomUUID(),
      version: index + 1,
      status: index % 3 === 0 ? 'deleted' : 'published',
      ...fields,
      madeAt: '2026-01-02T03:04:05.678Z',
      hidden: 'nobody searches for it',
    } as const;
    return prepareDocument(versioned(document));
  });
};

/** An index as a template would have made it, were it not refused. */
async function otherwise(mappings: estypes.MappingTypeMapping): Promise<GenerationName> {
  const name = newName();
  const { mappings: asked, ...rest } = indexDefinition(name, storage, meta(), 1);
  await elasticsearch().indices.create({
    index: name,
    ...rest,
    mappings: { ...asked, ...mappings, properties: { ...asked!.properties, ...mappings.properties } },
  });
  await store.write(name, documents());
  await store.refresh(name);
  return name;
}

afterAll(() => dropIndices(projection));

describe('a sample of documents, read as readers would', () => {
  it('has no fault where the index is as it was asked for, whatever the documents hold', async () => {
    const name = newName();
    await store.create(name, meta());
    expect(await store.sample!(name, 20)).toEqual({ documents: 0, faults: [] });
    const written = documents();
    expect(await store.write(name, written)).toMatchObject({ written: written.length });
    await store.refresh(name);
    expect(await store.sample!(name, 20)).toEqual({ documents: written.length, faults: [] });
    expect(await store.sample!(name, 4)).toEqual({ documents: 4, faults: [] });
  });

  it('leaves out a document that a feed changes while it is being read', async () => {
    const name = newName();
    await store.create(name, meta());
    const written = documents();
    await store.write(name, written);
    await store.refresh(name);
    const mget = client.mget.bind(client);
    const feeding = jest.spyOn(client, 'mget').mockImplementationOnce((async (
      ...asked: Parameters<typeof mget>
    ) => {
      const next = written.map(({ id, version }) =>
        prepareDocument(versioned({ productId: id, version: version + 1, status: 'published' })),
      );
      await store.write(name, next);
      return mget(...asked);
    }) as never);
    expect(await store.sample!(name, 20)).toEqual({ documents: written.length, faults: [] });
    expect(feeding).toHaveBeenCalledTimes(1);
    feeding.mockRestore();
  });

  it.each<[string, estypes.MappingTypeMapping, RegExp]>([
    ['nothing of them is kept', { _source: { enabled: false } }, /is stored without its content/],
    [
      'a part of them is left out',
      { _source: { excludes: ['madeAt'] } },
      /is not the document that was written/,
    ],
    [
      'a field is not searchable',
      { properties: { productId: { type: 'keyword', index: false, doc_values: false } } },
      /searches are refused: .*productId/,
    ],
    [
      'values are cut off',
      { properties: { tags: { type: 'keyword', ignore_above: 1 } } },
      /is not found by its tags/,
    ],
  ])('shows that %s', async (_, mappings, fault) => {
    const { documents: read, faults } = await store.sample!(await otherwise(mappings), 20);
    expect(read).toBe(documents().length);
    expect(faults.length).toBeGreaterThan(0);
    for (const one of faults) expect(one).toMatch(fault);
  });
});
