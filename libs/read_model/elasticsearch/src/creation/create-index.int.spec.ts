import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { estypes } from '@elastic/elasticsearch';
import { afterFile, dropIndices, elasticsearch, freshName, testEndpoints } from '@reprise/test-kit';
import { httpProxy, type ProxiedRequest } from '@reprise/test-kit/proxies';
import { generationName, type GenerationName } from '@reprise/read-model-indices';
import { contractDocument } from '@reprise/read-model-indices/testing';
import { createElasticsearchClient } from '../servers/client.ts';
import { elasticsearchGenerationStore } from '../generation-store.ts';
import { contractStorage } from '../testing/contract-storage.ts';

const projection = freshName('created');
const readersAlias = `${projection}_readers`;
const templateName = `${projection}_template`;
const client = createElasticsearchClient(testEndpoints().elasticsearch);
afterFile(() => client.close());

const storeOn = (connection = client) =>
  elasticsearchGenerationStore(connection, {
    projection,
    storage: contractStorage,
    readersAlias,
  });
const store = storeOn();
let minted = 0;
const newName = (): GenerationName => generationName(1, projection, new Date(1_000 * minted++), 'c0ffee00');
const meta = () => ({ uuid: randomUUID(), projection, projectionVersion: 1, fingerprint: 'f' });
const exists = (name: string) => elasticsearch().indices.exists({ index: name });

type Template = estypes.IndicesPutIndexTemplateIndexTemplateMapping;

/** A template of an operator for the names of this file, and no others. */
const put = (template: Template, further: Partial<estypes.IndicesPutIndexTemplateRequest> = {}) =>
  elasticsearch().indices.putIndexTemplate({
    name: templateName,
    index_patterns: [`${projection}_v*`],
    priority: 900,
    template,
    ...further,
  });

async function removeTemplates(): Promise<void> {
  await elasticsearch().indices.deleteIndexTemplate({ name: `${templateName}*` }, { ignore: [404] });
  await elasticsearch().indices.deleteTemplate({ name: templateName }, { ignore: [404] });
  await elasticsearch().cluster.deleteComponentTemplate({ name: `${projection}_part` }, { ignore: [404] });
}
afterEach(removeTemplates);
afterAll(() => dropIndices(projection));

describe('an index whose name a template matches', () => {
  it.each<[string, Template, string]>([
    ['_source off', { mappings: { _source: { enabled: false } } }, 'mapping _source.enabled is false'],
    [
      'fields left out of _source',
      { mappings: { _source: { excludes: ['title'] } } },
      'mapping _source.excludes is',
    ],
    ['routing required', { mappings: { _routing: { required: true } } }, 'mapping _routing.required is true'],
    [
      'an extra field',
      { mappings: { properties: { x: { type: 'long' } } } },
      'mapping properties.x.type is "long"',
    ],
    [
      'runtime fields',
      { mappings: { runtime: { y: { type: 'keyword' } } } },
      'mapping runtime.y.type is "keyword"',
    ],
    [
      'dynamic templates',
      { mappings: { dynamic_templates: [{ all: { match: '*', mapping: { type: 'keyword' } } }] } },
      'mapping dynamic_templates is',
    ],
    [
      'an order of documents',
      { settings: { index: { sort: { field: ['stock'] } } } },
      'setting index.sort.field is',
    ],
    [
      'another default analyser',
      { settings: { 'index.analysis.analyzer.default': { type: 'custom', tokenizer: 'standard' } } },
      'setting index.analysis.analyzer.default.t',
    ],
    ['a write block', { settings: { 'index.blocks.write': true } }, 'setting index.blocks.write is "true"'],
    [
      'lenient fields',
      { settings: { 'index.mapping.ignore_malformed': true } },
      'setting index.mapping.ignore_malformed',
    ],
  ])('with %s is deleted again, and the template is named', async (_, template, difference) => {
    const name = newName();
    await put(template);
    const error = await store.create(name, meta()).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({
      code: 'STORE_MISCONFIGURED',
      message: expect.stringMatching(/created .* otherwise than it was asked to.*deleted again.*not moved/),
    });
    expect((error as Error).message).toContain(difference);
    expect((error as Error).message).toContain(`index template "${templateName}"`);
    expect(await exists(name)).toBe(false);
  });

  it('never gets an alias: no index is made where the template or a part of it has one', async () => {
    const name = newName();
    const created = jest.spyOn(client.indices, 'create');
    await elasticsearch().cluster.putComponentTemplate({
      name: `${projection}_part`,
      template: { aliases: { [readersAlias]: {} } },
    });
    await put({}, { composed_of: [`${projection}_part`] });
    await expect(store.create(name, meta())).rejects.toMatchObject({
      code: 'STORE_MISCONFIGURED',
      message: expect.stringMatching(
        new RegExp(
          `index template "${templateName}" \\(composed of .*_part\\) puts the alias ${readersAlias} .*not created`,
        ),
      ),
    });
    await removeTemplates();
    await put({ aliases: { [readersAlias]: {} } });
    await expect(store.create(name, meta())).rejects.toThrow(`puts the alias ${readersAlias}`);
    await removeTemplates();
    await elasticsearch().indices.putTemplate({
      name: templateName,
      index_patterns: [`${projection}_*`],
      aliases: { [readersAlias]: {} },
    });
    await expect(store.create(name, meta())).rejects.toThrow(
      `legacy index template "${templateName}" puts the alias`,
    );
    expect(created).not.toHaveBeenCalled();
    created.mockRestore();
  });

  it('is deleted again when a template with an alias comes between', async () => {
    const name = newName();
    const proxy = await httpProxy(testEndpoints().elasticsearch.node);
    const behindProxy = createElasticsearchClient({ ...testEndpoints().elasticsearch, node: proxy.url });
    afterFile(async () => {
      await behindProxy.close();
      await proxy.close();
    });
    const isLook = ({ path }: ProxiedRequest) => path.includes('template');
    proxy.inject((asked) => (isLook(asked) ? { kind: 'answer', status: 200, body: '{}' } : undefined));
    await put({ aliases: { [readersAlias]: {} } });
    await expect(storeOn(behindProxy).create(name, meta())).rejects.toThrow(
      `the alias ${readersAlias} is on it`,
    );
    expect(proxy.injected).toBeGreaterThan(0);
    expect(await exists(name)).toBe(false);
    expect(await store.observeReaders()).toEqual({ kind: 'none' });
  });

  it('is not made where the template makes data streams, or the mapping goes beyond a limit it sets', async () => {
    await put({}, { data_stream: {} });
    await expect(store.create(newName(), meta())).rejects.toMatchObject({
      code: 'STORE_MISCONFIGURED',
      message: expect.stringContaining(`index template "${templateName}" turns every index`),
    });
    await removeTemplates();
    await put({ settings: { 'index.mapping.total_fields.limit': 3 } });
    await expect(store.create(newName(), meta())).rejects.toMatchObject({
      code: 'STORE_MISCONFIGURED',
      message: expect.stringMatching(
        /refuses to create .*total fields \[3\].*limit is index.mapping.total_fields.limit.*Nothing was created.*_template"/,
      ),
    });
  });

  it('is made as asked for where the template sets what is pinned, harmless, or of lower priority', async () => {
    await put({
      settings: {
        index: {
          codec: 'best_compression',
          'mapping.total_fields.limit': 2000,
          hidden: true,
          default_pipeline: 'nope',
          final_pipeline: 'nope',
          number_of_replicas: 3,
          translog: { durability: 'async' },
          'routing.allocation.exclude._name': 'nobody',
        },
      },
      mappings: { _meta: { owner: 'operations' } },
    });
    await elasticsearch().indices.putIndexTemplate({
      name: `${templateName}_lower`,
      index_patterns: [`${projection}_*`],
      priority: 800,
      template: { aliases: { [readersAlias]: {} } },
    });
    const name = newName();
    await store.create(name, meta());
    const settings = (await elasticsearch().indices.getSettings({ index: name, flat_settings: true }))[name]!
      .settings;
    expect(settings).toMatchObject({
      'index.codec': 'best_compression',
      'index.default_pipeline': '_none',
      'index.final_pipeline': '_none',
      'index.hidden': 'false',
      'index.translog.durability': 'request',
    });
    expect(await store.write(name, [contractDocument(1)])).toMatchObject({ written: 1, rejected: [] });
  });
});

describe('an index whose shards no node may take', () => {
  it('is deleted again at once, with the rule that keeps it named', async () => {
    const name = newName();
    await put({ settings: { 'index.routing.allocation.require.box': 'hot' } });
    await expect(store.create(name, meta())).rejects.toMatchObject({
      code: 'DEPENDENCY',
      message: expect.stringMatching(
        /No node .* takes the new index: shard 0 .*\[index.routing.allocation.require\] filters \[box:"hot"\].*_template".*deleted again/,
      ),
    });
    expect(await exists(name)).toBe(false);
  });
});
