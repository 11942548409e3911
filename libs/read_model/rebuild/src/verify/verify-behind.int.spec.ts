import type { GenerationName } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch, productSummary } from '@reprise/product-read-model';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { feedBy, feedNoMore, silenceFeeders } from '../testing/feeders.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { verifyReadModel, type VerifyOptions } from './verify.ts';

describe.each([
  ['Elasticsearch', productSearch as unknown as Projection],
  ['Postgres', productSummary as unknown as Projection],
])('verify of a read model in %s that readers are behind with', (_store, projection) => {
  let model: TestReadModel;
  let older: GenerationName;
  let live: GenerationName;

  const verify = (changes: Partial<VerifyOptions> = {}) =>
    verifyReadModel(
      // However long this machine takes, nothing is late unless a test says so.
      { projection, deep: false, limit: 20, memoryBytes: 512 << 20, maxLagMs: 600_000, ...changes },
      model.servers,
      new AbortController().signal,
    );
  const rebuild = async () => (await model.rebuild()).receipt.generation!.name as GenerationName;

  beforeAll(async () => {
    model = await testReadModel({ partitions: 3, projection });
    await produce(model.topic, productHistory({ events: [step.created(), step.published()] }));
    older = await rebuild();
    live = await rebuild();
  });

  it('is clean with a warning while nothing is missing and nobody feeds it', async () => {
    expect(await verify()).toMatchObject({
      outcome: 'clean',
      clean: true,
      contents: 'stored-hashes',
      warnings: ['COMPLETE, BUT NOT FED: no consumer feeds it'],
      freshness: { kind: 'complete-unfed', next: { do: 'start', application: 'projection-consumer' } },
    });
    await feedBy(model, live);
    expect(await verify({ deep: true })).toMatchObject({ clean: true, contents: 'read', warnings: [] });
  });

  it('says behind where a promoted generation lacks events that nobody feeds it, and where its consumer is down', async () => {
    await produce(
      model.topic,
      Array.from({ length: 9 }, (_, index) =>
        // Of these ids some lie in each partition.
        productHistory({
          id: `00000000-0000-4000-8000-00000000000${index}`,
          events: [step.created()],
          startedAt: new Date(),
        }),
      ).flat(),
    );
    const behind = {
      outcome: 'behind',
      clean: false,
      counts: { behind: 9, inFlight: 0, missing: 0 },
      freshness: { kind: 'not-fed', text: expect.stringMatching(/^BEHIND 9 events, \d+ s: no consumer/) },
      drift: [],
    };
    const noList = { limit: 0 };
    // Nobody was ever there for this generation.
    await feedNoMore(model);
    expect(await verify(noList)).toMatchObject(behind);
    // The feeder has not given a sign of life for a minute.
    await feedBy(model, live);
    await silenceFeeders(model);
    expect(await verify(noList)).toMatchObject(behind);
    // One partition of three is left alone: what lies in the others is about to be written.
    await feedBy(model, live, [0, 1]);
    const some = await verify(noList);
    expect(some).toMatchObject({ outcome: 'behind', freshness: { kind: 'not-fed' } });
    expect(some.counts.behind + some.counts.inFlight).toBe(9);
    expect(some.counts.inFlight).toBeGreaterThan(0);
    // All is about to be written; it only takes longer than the caller allows.
    await feedBy(model, live);
    expect(await verify(noList)).toMatchObject({ outcome: 'clean', counts: { inFlight: 9, behind: 0 } });
    expect(await verify({ ...noList, maxLagMs: 0 })).toMatchObject({
      outcome: 'behind',
      freshness: { kind: 'behind' },
    });
  });

  it('says behind where readers are on a generation that is not the live one', async () => {
    await model.store.switchReaders(live, older);
    expect(await verify()).toMatchObject({
      outcome: 'behind',
      generation: older,
      freshness: { kind: 'wrong-generation', next: { do: 'promote', generation: live } },
    });
  });
});
