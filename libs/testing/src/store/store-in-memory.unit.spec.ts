import { memoryUnderContract } from '../testing/memory-under-contract.ts';
import { storeContract } from './contract/store-contract.ts';

describe('the store in memory', () => {
  storeContract(memoryUnderContract);
});
