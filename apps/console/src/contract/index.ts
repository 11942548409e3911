/*
 * What the operations API answers: one schema each, from which its types, the OpenAPI document and the tests are made. The pages
 * import types alone (`import type`), and `routes.ts`, which needs no package.
 */
export { routes } from './routes.ts';
export type { Known } from './known.ts';
export { environment, role, session, type Environment, type Role, type Session } from './session.ts';
export {
  actionForm,
  actionName,
  actionPlan,
  actionRequest,
  actionResult,
  actionState,
  legalAction,
  type ActionForm,
  type ActionName,
  type ActionOption,
  type ActionPlan,
  type ActionRequest,
  type ActionResult,
  type ActionState,
  type LegalAction,
} from './actions.ts';
export {
  gateCheck,
  runDetail,
  runProgress,
  runView,
  type GateCheck,
  type PartitionView,
  type RateSample,
  type RunDetail,
  type RunProgress,
  type RunView,
} from './runs.ts';
export {
  overview,
  readModelCard,
  writeSide,
  type Change,
  type Overview,
  type Proof,
  type ReadModelCard,
  type Recommendation,
  type Serving,
  type WriteSideView,
} from './overview.ts';
export {
  bucketComparison,
  documentComparison,
  generationComparison,
  generationContents,
  generationList,
  type BucketComparison,
  type BucketDigestView,
  type DocumentComparison,
  type FieldDifference,
  type GenerationComparison,
  type GenerationContents,
  type GenerationList,
  type GenerationView,
  type StoredDocumentView,
  type TimelineEntry,
} from './generations.ts';
export { aggregateView, type AggregateEvent, type AggregateView, type ProjectionStep } from './aggregates.ts';
export {
  deadLetterList,
  deadLetterPayload,
  type DeadLetterList,
  type DeadLetterPayload,
  type DeadLetterView,
} from './dead-letters.ts';
export {
  auditPage,
  configurationView,
  driftAnswer,
  type AuditPage,
  type AuditRow,
  type ConfigurationView,
  type DriftAnswer,
  type DriftView,
  type SettingView,
} from './audit.ts';
export { liveEvents, type LiveEventName, type LiveEvents } from './live-events.ts';
