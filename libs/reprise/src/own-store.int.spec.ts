import { productEvents } from '@reprise/product-events';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { productSummary, productSummaryStorage } from '@reprise/product-read-model';
import {
  createReadModelPool,
  postgresGenerationStore,
  Registry,
  runReadModelMigrations,
} from '@reprise/read-model-indices';
import { afterFile, freshDatabase, freshTopic, testEndpoints } from '@reprise/test-kit';
import { createReprise, defineReprise, ownStore, type PostgresStorage } from './index.ts';

describe('a read model in a store of somebody else’s making', () => {
  it('is rebuilt and switched like any other, by a store that is opened once and closed at the end', async () => {
    const [topic, database] = [await freshTopic(), await freshDatabase('read')];
    await runReadModelMigrations(database.url);
    const pool = createReadModelPool(database.feederUrl);
    afterFile(() => pool.end());
    const life: string[] = [];
    const storage = ownStore({
      ...{ kind: 'own:tables', schemaVersion: 1, definition: { columns: ['title'] } },
      open({ name }) {
        life.push(`opened for ${name}`);
        return {
          ...postgresGenerationStore(pool, {
            ...{ projection: name, storage: productSummaryStorage as PostgresStorage, readersView: name },
          }),
          ...{ kind: 'own:tables', close: async () => void life.push('closed') },
        };
      },
    });
    const projections = [{ ...productSummary, storage }];
    const reprise = createReprise(
      defineReprise({ contexts: [{ name: 'product', events: productEvents, projections }] }),
      {
        ...{ kafka: testEndpoints().kafka, readModelDatabase: database.feederUrl },
        env: { PRODUCT_EVENTS_TOPIC: topic.name },
      },
    );
    await produce(topic, productHistory({ events: [step.created(), step.published()] }));
    const receipt = await reprise.rebuild('product_summary');
    expect(receipt).toMatchObject({ outcome: 'promoted', documents: { live: 1 } });
    expect(await reprise.status()).toMatchObject([{ projection: 'product_summary' }]);
    expect(await new Registry(pool).findGeneration(receipt.generation!.name)).toMatchObject({
      ...{ storage: 'own:tables', state: 'LIVE' },
    });
    await reprise.close();
    expect(life).toEqual(['opened for product_summary', 'closed']);
  });
});
