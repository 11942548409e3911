export { type Aggregate, type Decide, type WriteResult } from './aggregates/aggregate.ts';
export { AggregateStore } from './aggregates/aggregate-store.ts';
export { type AggregateState, type AggregateTable, type Column } from './aggregates/aggregate-table.ts';
export { appendHistory, type HistoryConnection } from './aggregates/append-history.ts';
export { forgetAnswers } from './aggregates/kept-answers.ts';
export { NotConnectedError, OutcomeUnknownError } from './database/errors.ts';
export { WriteDatabase } from './database/write-database.ts';
export {
  createKey,
  exportKeys,
  listKeys,
  revokeKey,
  rotateKey,
  type ListedKey,
  type MadeKey,
} from './keys/manage-keys.ts';
export { type MigrationClass } from './migrations/pending-migrations.ts';
export { runMigrations, type WriteSchema } from './migrations/run-migrations.ts';
export { sharedMigrations } from './migrations/shared-migrations.ts';
export { writeRights } from './migrations/write-rights.ts';
export {
  ChoiceField,
  IntegerField,
  isTextWithin,
  namesSomething,
  NonZeroIntegerField,
  PatternField,
  TextField,
  TextsField,
} from './requests/fields.ts';
export { type IdempotentRequest } from './requests/idempotency.ts';
export { type ExpectedVersion } from './requests/if-match.ts';
export { idPipe, IfMatch, Source, type CommandSource } from './requests/request-headers.ts';
export { operationsOf } from './resources/documentation.ts';
export { errorProblem, failureProblem, type RefusalAnswers } from './resources/problems.ts';
export { Resource, type Decider } from './resources/resource.ts';
export { readOwner, readWriteApiConfiguration, settingNames } from './service/configuration.ts';
export { createWriteApi, serveWriteApi, writeDatabaseOf } from './service/serve.ts';
export { type WriteApi } from './service/write-api.ts';
export { CanaryWriter, type CanaryWriterOptions } from './canary/canary-writer.ts';
