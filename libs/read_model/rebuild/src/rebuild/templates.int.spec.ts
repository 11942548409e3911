import { randomUUID } from 'node:crypto';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';
import type {
  Generation,
  GenerationMeta,
  GenerationName,
  GenerationState,
} from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { afterFile, elasticsearch, freshName } from '@reprise/test-kit';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { verifyReadModel } from '../verify/verify.ts';
import { prune } from '../prune/prune.ts';
import { underLease } from '../lease/under-lease.ts';

/** A read model with unique index names, so that a template can be made for it alone. */
async function ownModel(): Promise<TestReadModel> {
  const projection = { ...productSearch, name: freshName('templates') } as unknown as Projection;
  const model = await testReadModel({ partitions: 1, projection });
  const lives = Array.from({ length: 6 }, () =>
    productHistory({ events: [step.created(), step.published()] }),
  );
  await produce(model.topic, lives.flat());
  return model;
}

async function withTemplate<T>({ projection }: TestReadModel, template: object, work: () => Promise<T>) {
  const name = `${projection.name}_template`;
  await elasticsearch().indices.putIndexTemplate({
    name,
    index_patterns: [`${projection.name}_v*`],
    priority: 900,
    template,
  });
  try {
    return await work();
  } finally {
    await elasticsearch().indices.deleteIndexTemplate({ name });
  }
}

const requireBox = { settings: { 'index.routing.allocation.require.box': 'nowhere' } };
const stored = async ({ projection }: TestReadModel): Promise<string[]> =>
  Object.keys(await elasticsearch().indices.get({ index: `${projection.name}_v*`, allow_no_indices: true }));

describe('a rebuild beside templates of the server', () => {
  it('ends with 1 where one would change the index, names it, and leaves readers and indices as they were', async () => {
    const model = await ownModel();
    const before = (await model.rebuild()).receipt.generation!.name;
    for (const template of [
      { aliases: { [model.store.readers]: {} } },
      { mappings: { _source: { enabled: false } } },
    ]) {
      const { receipt, ending } = await withTemplate(model, template, () => model.rebuild());
      expect(ending.exitCode).toBe(1);
      expect(receipt.message).toContain(`index template "${model.projection.name}_template"`);
      expect(await model.store.observeReaders()).toEqual({ kind: 'generation', name: before });
      expect(await stored(model)).toEqual([before]);
    }
    expect((await model.rebuild()).receipt.outcome).toBe('promoted');
  });

  it('writes through no pipeline of theirs', async () => {
    const model = await ownModel();
    const template = { settings: { 'index.final_pipeline': 'nope', 'index.default_pipeline': 'nope' } };
    const { receipt } = await withTemplate(model, template, () => model.rebuild());
    expect(receipt).toMatchObject({ outcome: 'promoted', documents: { written: 6 } });
  });

  it('ends with 4 where no node may take the index, leaves none behind, and the next run builds', async () => {
    const model = await ownModel();
    const { receipt, ending } = await withTemplate(model, requireBox, () => model.rebuild());
    expect([ending.exitCode, receipt.message]).toEqual([4, expect.stringContaining('box:"nowhere"')]);
    expect(await stored(model)).toEqual([]);
    expect((await model.rebuild()).receipt.outcome).toBe('promoted');
  });
});

describe('an index that is not as it was asked for', () => {
  /** Makes the index as it would be, were templates not refused. */
  const careless = ({ store }: TestReadModel) => ({
    ...store,
    async create(name: GenerationName, meta: GenerationMeta) {
      await store.create(name, meta);
      const { aliases, mappings, settings } = (await elasticsearch().indices.get({ index: name }))[name]!;
      const { number_of_shards, number_of_replicas } = settings!.index!;
      await elasticsearch().indices.delete({ index: name });
      await elasticsearch().indices.create({
        index: name,
        aliases: aliases!,
        settings: { number_of_shards: number_of_shards!, number_of_replicas: number_of_replicas! },
        mappings: { ...mappings, _source: { excludes: ['title'] } },
      });
    },
  });

  it('is refused by the gate, once as a whole and once by its documents', async () => {
    const model = await ownModel();
    const { receipt, ending } = await model.rebuild({}, {}, { store: careless(model) });
    expect(ending.exitCode).toBe(2);
    expect(receipt.gate.filter(({ passed }) => !passed)).toEqual([
      expect.objectContaining({
        check: 'index as it was asked for',
        actual: expect.stringContaining('_source.excludes'),
      }),
      expect.objectContaining({
        check: 'sample as readers read it',
        expected: '6 read by id and found by search',
        actual: expect.stringMatching(/not the document that was written; .*and 3 more/),
      }),
    ]);
    expect(await model.store.observeReaders()).toEqual({ kind: 'none' });
  });

  it('is not resumed: the build starts over', async () => {
    const model = await ownModel();
    const controller = new AbortController();
    const stopping = {
      ...careless(model),
      finishBuild: () => {
        controller.abort(new Error('stopped'));
        return Promise.reject(new Error('stopped'));
      },
    };
    const first = await model.rebuild({}, { signal: controller.signal }, { store: stopping });
    expect(first.receipt.outcome).toBe('cancelled');
    const notices: string[] = [];
    const { receipt } = await model.rebuild({}, { onNotice: (line) => void notices.push(line) });
    expect(notices.join('\n')).toMatch(/cannot be resumed \(its index is not as it was asked for: .*_source/);
    expect(receipt.outcome).toBe('promoted');
    expect(await stored(model)).toEqual([receipt.generation!.name]);
  });

  it('is not clean for verify, even if no document differs', async () => {
    const model = await ownModel();
    const { receipt } = await model.rebuild();
    const live = receipt.generation!.name;
    const options = { projection: model.projection, deep: false, limit: 20, memoryBytes: 512 << 20 };
    const verify = () => verifyReadModel(options, model.servers, new AbortController().signal);
    expect(await verify()).toMatchObject({ clean: true, faults: [] });
    await elasticsearch().indices.putMapping({ index: live, properties: { further: { type: 'keyword' } } });
    expect(await verify()).toMatchObject({
      clean: false,
      faults: ['mapping properties.further.type is "keyword"'],
      counts: { different: 0, missing: 0 },
    });
  });
});

describe('its own generation that no node ever took', () => {
  async function neverBuilt(model: TestReadModel, state: GenerationState): Promise<Generation> {
    const uuid = randomUUID();
    const name = `${model.projection.name}_v1_20200101_00000${minted++}_c0ffee00` as GenerationName;
    const meta = { uuid, projection: model.projection.name, projectionVersion: 1, fingerprint: 'f' };
    const generation = await underLease(model.registry, model.projection.name, async (fence) => {
      const made = await model.registry.createGeneration(
        {
          ...meta,
          name,
          storage: 'elasticsearch',
          topic: model.topic.name,
          topicId: 'i',
          partitions: 1,
          runId: null,
        },
        fence,
      );
      await model.registry.moveGeneration(uuid, ['BUILDING'], state, { fence });
      return made;
    });
    await elasticsearch().indices.create({
      index: name,
      timeout: '1s',
      mappings: { _meta: meta },
      settings: { ...requireBox.settings, number_of_replicas: 0 },
    });
    afterFile(async () => {
      await elasticsearch().indices.delete({ index: name, ignore_unavailable: true });
    });
    return generation;
  }
  let minted = 0;
  const states = ['BUILDING', 'INTERRUPTED', 'FAILED', 'ABANDONED'] as const;

  it('stops no run, and the next one deletes it whatever its state', async () => {
    const model = await ownModel();
    const { receipt } = await model.rebuild();
    for (const state of states) await neverBuilt(model, state);
    expect(await stored(model)).toHaveLength(5);
    const next = await model.rebuild();
    expect(next.receipt.outcome).toBe('promoted');
    expect(next.receipt.warnings.join()).toMatch(/red because of .*box:"nowhere"/);
    expect((await stored(model)).sort()).toEqual(
      [receipt.generation!.name, next.receipt.generation!.name].sort(),
    );
  });

  it('is deleted by prune whatever its state', async () => {
    const model = await ownModel();
    for (const state of states) await neverBuilt(model, state);
    const { projection, registry, store } = model;
    const pruned = await underLease(registry, projection.name, (fence) =>
      prune({ projection: projection.name, registry, store, fence, keep: 1, standbyMs: 0, dryRun: false }),
    );
    expect(pruned.deleted.map(({ why }) => why).sort()).toEqual([
      'abandoned',
      'failed',
      'never built: no node took its index',
      'never built: no node took its index',
    ]);
    expect(await stored(model)).toEqual([]);
    expect(await registry.listGenerations({ projection: projection.name })).toMatchObject(
      states.map(() => ({ state: 'PRUNED' })),
    );
  });
});
