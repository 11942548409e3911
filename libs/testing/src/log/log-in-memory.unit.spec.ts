import { logUnderContract } from '../testing/log-under-contract.ts';
import { sourceContract } from './contract/source-contract.ts';

describe('the log in memory', () => {
  sourceContract(() => ({ resumable: true, newLog: () => Promise.resolve(logUnderContract()) }));
});
