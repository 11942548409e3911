export {
  callsTo,
  problemOf,
  startWriteApi,
  type Answer,
  type Call,
  type CallOptions,
  type StartedApi,
} from './api-client.ts';
export { commandContext, openDatabase, testWriteSide, type TestWriteSide } from './write-side.ts';
export { itKeepsItsSchema, type KeptSchema } from './kept-schema.contract.ts';
