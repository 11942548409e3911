import { dropIndices, elasticsearch, freshName, testEndpoints } from '@reprise/test-kit';
import {
  contractDocument,
  generationStoreContract,
} from '../generation/contract/generation-store.contract.ts';
import { createElasticsearchClient } from './servers/client.ts';
import { elasticsearchGenerationStore } from './generation-store.ts';
import { contractStorage } from './testing/contract-storage.ts';

describe('the Elasticsearch store', () => {
  const projection = freshName('store');
  const readersAlias = `${projection}_readers`;
  const client = createElasticsearchClient(testEndpoints().elasticsearch);
  const obstacle = `${readersAlias}_obstacle`;

  afterAll(async () => {
    await client.close();
    await dropIndices(projection);
  });

  generationStoreContract(async () => ({
    store: elasticsearchGenerationStore(client, { projection, storage: contractStorage, readersAlias }),
    projection,
    unacceptable(id, version) {
      const document = contractDocument(version, { productId: id });
      return { ...document, canonical: `${document.canonical.slice(0, -1)},"unknown":1}` };
    },
    async confuseReaders() {
      for (const index of [obstacle, `${obstacle}_2`]) {
        await elasticsearch().indices.create({ index, aliases: { [readersAlias]: {} } });
      }
    },
    async readElsewhere(name) {
      await elasticsearch().indices.putAlias({ index: name, name: `${readersAlias}_of_others` });
      return `${readersAlias}_of_others`;
    },
    async releaseReaders() {
      await elasticsearch().indices.delete({ index: [obstacle, `${obstacle}_2`], ignore_unavailable: true });
      await elasticsearch().indices.deleteAlias(
        { index: `${projection}*`, name: `${readersAlias}*` },
        { ignore: [404] },
      );
    },
  }));
});
