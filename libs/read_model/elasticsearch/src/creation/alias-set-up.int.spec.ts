import { randomUUID } from 'node:crypto';
import { afterFile, dropIndices, elasticsearch, freshName, testEndpoints } from '@reprise/test-kit';
import { generationName, type GenerationName } from '@reprise/read-model-indices';
import { createElasticsearchClient } from '../servers/client.ts';
import { elasticsearchGenerationStore } from '../generation-store.ts';
import { contractStorage } from '../testing/contract-storage.ts';

const projection = freshName('alias');
const alias = `${projection}_readers`;
const client = createElasticsearchClient(testEndpoints().elasticsearch);
afterFile(() => client.close());
const store = elasticsearchGenerationStore(client, {
  projection,
  storage: contractStorage,
  readersAlias: alias,
});
let minted = 0;

async function created(): Promise<GenerationName> {
  const name = generationName(1, projection, new Date(1_000 * minted++), 'c0ffee00');
  await store.create(name, { uuid: randomUUID(), projection, projectionVersion: 1, fingerprint: 'f' });
  return name;
}
const setUpOn = async (name: string) =>
  (await elasticsearch().indices.getAlias({ index: name, name: alias }, { ignore: [404] }))[name]?.aliases[
    alias
  ];

/** An alias that somebody set up by hand, on the first of two generations. */
async function setUp(changes: object): Promise<readonly [GenerationName, GenerationName]> {
  await elasticsearch().indices.deleteAlias({ index: `${projection}*`, name: alias }, { ignore: [404] });
  const pair = [await created(), await created()] as const;
  await elasticsearch().indices.updateAliases({
    actions: [{ add: { index: pair[0], alias, is_write_index: false, ...changes } }],
  });
  return pair;
}

afterAll(() => dropIndices(projection));

describe('the readers’ alias, set up by hand', () => {
  it('keeps its filter and its hidden flag at a cutover and on the way back, and both are reported', async () => {
    const filter = { term: { status: 'published' } };
    const [from, to] = await setUp({ filter, is_hidden: true });
    const caveats = [
      'it has the filter {"term":{"status":"published"}}: readers see nothing else',
      expect.stringContaining('it is hidden'),
    ];
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: from, caveats });
    expect((await store.assertHealthy()).join()).toContain('filter {"term":{"status":"published"}}');
    await store.switchReaders(from, to);
    expect(await setUpOn(to)).toEqual({ filter, is_hidden: true, is_write_index: false });
    expect(await setUpOn(from)).toBeUndefined();
    await store.switchReaders(to, from);
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: from, caveats });
  });

  it('is not moved with a routing: refused before a build, too, and moved after the call that the message names', async () => {
    const filter = { term: { status: 'published' } };
    const [from, to] = await setUp({ search_routing: '7', filter });
    const conflict = {
      code: 'CUTOVER_CONFLICT',
      message: expect.stringMatching(/has the routing 7.*Nothing was changed/),
    };
    await expect(store.assertHealthy()).rejects.toMatchObject(conflict);
    const error = await store.switchReaders(from, to).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject(conflict);
    expect(await setUpOn(from)).toMatchObject({ search_routing: '7' });
    const call = /POST \/_aliases (\{.*\})$/.exec((error as Error).message)![1]!;
    await elasticsearch().indices.updateAliases(JSON.parse(call) as object);
    await store.assertHealthy();
    await store.switchReaders(from, to);
    expect(await setUpOn(to)).toEqual({ filter, is_write_index: false });
  });

  it('does not take writes any more after a cutover, and until then a message says that it does', async () => {
    const [from, to] = await setUp({ is_write_index: true });
    expect(await store.observeReaders()).toMatchObject({
      caveats: [expect.stringContaining('it takes writes')],
    });
    await store.switchReaders(from, to);
    expect(await setUpOn(to)).toEqual({ is_write_index: false });
    expect(await store.observeReaders()).toEqual({ kind: 'generation', name: to });
  });
});
