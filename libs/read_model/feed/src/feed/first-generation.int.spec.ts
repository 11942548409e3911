import { productSummary } from '@reprise/product-read-model';
import {
  createReadModelPool,
  isFeeder,
  openGenerationStore,
  Registry,
  runReadModelMigrations,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { afterFile, freshDatabase } from '@reprise/test-kit';
import { createFirstGeneration } from './first-generation.ts';

describe('the process that makes the first generation', () => {
  it('holds the lease as a feeding process, for which a rebuild waits', async () => {
    const database = await freshDatabase('read');
    await runReadModelMigrations(database.url);
    const pool = createReadModelPool(database.feederUrl);
    afterFile(() => pool.end());
    const registry = new Registry(pool);
    const projection = productSummary as unknown as Projection;
    const holders: string[] = [];
    const stored = openGenerationStore(projection, { pool });
    const store = {
      ...stored,
      create: async (...made: Parameters<GenerationStore['create']>) => {
        holders.push(...(await registry.heldLeases(projection.name)).map(({ holder }) => holder));
        await stored.create(...made);
      },
    };
    const topic = { name: 'events', id: 'topic-1', partitions: [0] };
    const input = { registry, store, projection, topic, holder: 'host-1' };
    expect(
      await createFirstGeneration({
        ...input,
        now: new Date(1_000_000),
        assertWhole: () => Promise.resolve(),
      }),
    ).toBe(true);
    expect(holders.map(isFeeder)).toEqual([true]);
  });
});
