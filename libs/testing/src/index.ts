export { storeContract } from './store/contract/store-contract.ts';
export {
  contractDocument,
  withUndeclaredField,
  type ContractDocument,
  type DocumentChanges,
  type EnteredGeneration,
  type OpenStore,
  type StoreUnderContract,
} from './store/contract/store-test.ts';
export { sourceContract } from './log/contract/source-contract.ts';
export { type LogUnderContract, type SourceUnderContract } from './log/contract/source-test.ts';
export { contractEvents, type ContractRecord } from './log/contract/contract-events.ts';
export { type Runner } from './suite/runner.ts';
export { storeInMemory, type StoreInMemory } from './store/store-in-memory.ts';
export { RegistryInMemory } from './store/registry-in-memory.ts';
export {
  HistoryIncomplete,
  LogInMemory,
  logOfMemory,
  type LogInMemoryOptions,
  type LogRecord,
  type OpenTransaction,
} from './log/log-in-memory.ts';
export { type Tried, type TriedEvent } from './trial/history.ts';
export { tryProjection, type HeldAggregate, type PoisonedEvent, type Trial } from './trial/try-projection.ts';
