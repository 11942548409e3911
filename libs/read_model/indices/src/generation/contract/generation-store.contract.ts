import { jest } from '@jest/globals';
import { contentContract } from './generation-content.contract.ts';
import { correctionsContract } from './generation-corrections.contract.ts';
import { readersContract } from './generation-readers.contract.ts';
import { writesContract } from './generation-writes.contract.ts';
import { ContractContext, type StoreUnderContract } from './store-contract.ts';

export { contractDocument, type StoreUnderContract } from './store-contract.ts';

/** The contract of `GenerationStore`, for every adapter: `describe('...', () => generationStoreContract(factory))`. */
export function generationStoreContract(factory: () => Promise<StoreUnderContract>): void {
  jest.setTimeout(60_000);
  const context = new ContractContext();

  beforeAll(async () => {
    context.subject = await factory();
  });

  writesContract(context);
  correctionsContract(context);
  contentContract(context);
  readersContract(context);

  it('is healthy with room for a second copy, with and without a live generation', async () => {
    await context.subject.releaseReaders();
    await context.store.assertHealthy();
    await context.store.switchReaders(undefined, await context.created());
    await context.store.assertHealthy();
  });
}
