import { dropIndices, elasticsearch, freshName, testEndpoints } from '@reprise/test-kit';
import { storeContract, withUndeclaredField } from '@reprise/testing';
import { createElasticsearchClient } from './servers/client.ts';
import { elasticsearchGenerationStore } from './generation-store.ts';
import { contractStorage } from './testing/contract-storage.ts';

describe('the Elasticsearch store', () => {
  const client = createElasticsearchClient(testEndpoints().elasticsearch);
  const prefix = freshName('store');

  afterAll(async () => {
    await client.close();
    await dropIndices(prefix);
  });

  storeContract((given) => {
    const projection = `${prefix}_${given}`;
    const readersAlias = `${projection}_readers`;
    const others = `${readersAlias}_of_others`;
    return {
      projection,
      store: elasticsearchGenerationStore(client, { projection, storage: contractStorage, readersAlias }),
      unacceptable: withUndeclaredField,
      async confuseReaders() {
        for (const index of [`${readersAlias}_1`, `${readersAlias}_2`])
          await elasticsearch().indices.create({ index, aliases: { [readersAlias]: {} } });
      },
      async readElsewhere(name) {
        await elasticsearch().indices.putAlias({ index: name, name: others });
        return others;
      },
    };
  });
});
