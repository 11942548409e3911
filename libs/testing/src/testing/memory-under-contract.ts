import type { GenerationMeta, GenerationName } from '@reprise/read-model-indices';
import { RegistryInMemory } from '../store/registry-in-memory.ts';
import { storeInMemory } from '../store/store-in-memory.ts';
import { withUndeclaredField, type StoreUnderContract } from '../store/contract/store-test.ts';
import { contractTable } from './contract-storage.ts';

/** The store in memory, with everything that the contract can ask of a store. */
export function memoryUnderContract(projection: string): StoreUnderContract {
  const registry = new RegistryInMemory();
  const store = storeInMemory({ name: projection, storage: contractTable }, registry);
  return {
    store,
    unacceptable: withUndeclaredField,
    confuseReaders: () => Promise.resolve(store.confuseReaders()),
    readElsewhere(name) {
      store.readElsewhere(name, 'somebody_else');
      return Promise.resolve('somebody_else');
    },
    enter: (_: GenerationName, { uuid }: GenerationMeta) =>
      Promise.resolve({
        stale: registry.takeLease(projection),
        fence: registry.takeLease(projection),
        positions: () => registry.positions(uuid),
      }),
  };
}
