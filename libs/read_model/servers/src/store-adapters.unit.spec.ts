import { Settings } from '@reprise/runtime';
import { readModelSettings } from './configuration.ts';
import { loadAdapters } from './store-adapters.ts';
import { products, recruiting } from './testing/contexts.ts';

const missing = (name: string) => () =>
  Promise.reject(Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' }));
const never = () => Promise.reject(new Error('nothing needs it'));

describe('the adapter of Elasticsearch', () => {
  it('is loaded only where a read model is stored there', async () => {
    expect(await loadAdapters(recruiting.projections, never)).toEqual({});
    expect(await loadAdapters(products.projections)).toEqual({ elasticsearch: expect.any(Function) });
  });

  it('is asked for by its name where it is missing, beside every other problem', async () => {
    const settings = new Settings({});
    const adapters = await loadAdapters(products.projections, missing('@reprise/elasticsearch'));
    readModelSettings(settings, { contexts: [products], adapters });
    for (const problem of [/KAFKA_BROKERS/, /READ_MODEL_DATABASE_URL/, /ELASTICSEARCH_NODE/])
      expect(settings.problems).toContainEqual(expect.stringMatching(problem));
    expect(settings.problems).toContainEqual(
      'product_search: stored in Elasticsearch, whose adapter is not installed: npm install @reprise/elasticsearch',
    );
  });

  it('that lacks a package itself is not taken for one that is missing', async () => {
    const { noElasticsearch } = await loadAdapters(products.projections, missing('@elastic/elasticsearch'));
    expect(noElasticsearch).toMatch(/does not load: .*@elastic\/elasticsearch/);
  });

  it('is not asked for, and no setting of it read, where the read models that are meant are elsewhere', async () => {
    const settings = new Settings({
      KAFKA_BROKERS: '127.0.0.1:1',
      READ_MODEL_DATABASE_URL: 'postgres://127.0.0.1:1/read',
      PRODUCT_EVENT_STORE_DATABASE_URL: 'postgres://127.0.0.1:1/write',
    });
    const tables = products.projections.filter(({ storage }) => storage.kind === 'postgres');
    const configuration = readModelSettings(settings, {
      ...{ contexts: [products], projections: tables },
      adapters: await loadAdapters(tables, never),
    });
    expect(settings.problems).toEqual([]);
    expect(configuration.connectElasticsearch).toBeUndefined();
  });
});

describe('schemas of events that are declared wrong', () => {
  const problems = () => ['a.v1: unknown keyword "propertys"'];
  const wrong = { ...recruiting, events: { ...recruiting.events, problems } };
  const problemsWhere = (readsEvents?: boolean) => {
    const settings = new Settings({});
    readModelSettings(settings, { contexts: [products, wrong], adapters: {}, readsEvents });
    return settings.problems.filter((sentence) => sentence.includes('propertys'));
  };

  it('are named beside every other problem, before an event is read', () => {
    const named = 'context "recruiting": the schema of a.v1: unknown keyword "propertys"';
    expect(problemsWhere()).toEqual([named]);
  });

  it('are not looked at where no event is read', () => {
    expect(problemsWhere(false)).toEqual([]);
  });
});

describe('servers that a program names', () => {
  it('are not looked for in the environment', async () => {
    const settings = new Settings({ PRODUCT_EVENT_STORE_DATABASE_URL: 'postgres://127.0.0.1:1/write' });
    const given = {
      kafka: { brokers: ['broker:9092'] },
      readModelDatabase: 'postgres://127.0.0.1:1/given',
      elasticsearch: { node: 'http://127.0.0.1:1' },
    };
    const adapters = await loadAdapters(products.projections);
    const configuration = readModelSettings(settings, { contexts: [products], adapters, given });
    expect(settings.problems).toEqual([]);
    expect(configuration).toMatchObject({
      ...{ kafka: given.kafka, readModelDatabaseUrl: given.readModelDatabase },
    });
  });
});
