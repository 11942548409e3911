import { Settings } from '@reprise/runtime';
import { readModelSettings } from './configuration.ts';
import { openReadModels, type ReadModels } from './open-read-models.ts';
import { loadAdapters } from './store-adapters.ts';
import { products, recruiting } from './testing/contexts.ts';

const settings = new Settings({
  KAFKA_BROKERS: '127.0.0.1:1',
  ELASTICSEARCH_NODE: 'http://127.0.0.1:1',
  READ_MODEL_DATABASE_URL: 'postgres://127.0.0.1:1/read',
  PRODUCT_EVENT_STORE_DATABASE_URL: 'postgres://127.0.0.1:1/write',
  PRODUCT_SEARCH_ALIAS: 'products',
});

const summary = products.projections.find(({ storage }) => storage.kind === 'postgres')!;

describe('the read models of several contexts', () => {
  let open: ReadModels;

  beforeAll(async () => {
    const adapters = await loadAdapters(products.projections);
    open = openReadModels(readModelSettings(settings, { contexts: [products, recruiting], adapters }));
  });
  afterAll(() => open.close());

  it('are opened with what each context has, and nothing is reached for', () => {
    expect(settings.problems).toEqual([]);
    const search = products.projections.find(({ name }) => name === 'product_search')!;
    const [candidates] = recruiting.projections;
    expect(open.of(search)).toMatchObject({
      ...{ topic: 'product.events', topicSetting: 'PRODUCT_EVENTS_TOPIC', store: { readers: 'products' } },
      ...{ history: expect.anything(), eventStore: expect.anything() },
    });
    expect(open.of(candidates!)).toMatchObject({
      ...{ topic: 'recruiting.events', store: { readers: candidates!.name } },
      ...{ history: undefined, eventStore: undefined },
    });
  });

  it.each<[string, (models: ReadModels) => Promise<unknown>]>([
    ['the registry', ({ registry }) => registry.now()],
    ['the repair queue', ({ repairs }) => repairs.counts(['product_summary'])],
    ['a table', ({ of }) => of(summary).store.observeReaders()],
  ])('leave no call to %s that is away behind when they are closed', async (_, call) => {
    let retried!: () => void;
    const waited = new Promise<void>((resolve) => (retried = resolve));
    const adapters = await loadAdapters(products.projections);
    const retrying = openReadModels(readModelSettings(settings, { contexts: [products], adapters }), {
      onRetry: () => retried(),
    });
    const asked = call(retrying);
    await waited;
    await retrying.close();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('stand under their contexts, those that are meant', () => {
    const meant = [products.projections[0]!, ...recruiting.projections];
    expect(open.contextsOf(meant).map((one) => [one.settings.context.name, one.chosen])).toEqual([
      ['product', [products.projections[0]]],
      ['recruiting', recruiting.projections],
    ]);
    expect(open.contextsOf([])).toEqual([]);
  });

  it('are compared with the registry under the variables that set their topics and aliases', () => {
    const { topicSetting, models } = open.contextsOf(products.projections)[0]!.boundModels();
    expect(topicSetting).toBe('PRODUCT_EVENTS_TOPIC');
    expect(models.map(({ projection, readersSetting }) => [projection.name, readersSetting])).toEqual(
      products.projections.map(({ name, storage }) => [
        name,
        storage.kind === 'elasticsearch' ? 'PRODUCT_SEARCH_ALIAS' : undefined,
      ]),
    );
  });
});
