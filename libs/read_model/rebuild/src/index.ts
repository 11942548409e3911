export { RebuildError, isRebuildError, type RebuildErrorCode } from './errors.ts';
export { type ProgressPicture, type SliceProgress } from './build/build-progress.ts';
export { type PoisonEvent, type RefusedDocument, type VersionGap } from './fold/slice-tally.ts';
export { type KafkaConnection } from '@reprise/read-model-feed';
export { defaultGateLimits, type GateCheck, type GateLimits } from './gate/gate.ts';
export { rebind, type Rebinding } from './cutover/rebind.ts';
export { rollBackReadModel } from './cutover/roll-back-read-model.ts';
export { cancelRun, type Cancellation } from './lease/cancel.ts';
export { underLease } from './lease/under-lease.ts';
export { type CutoverRecord, type Receipt, type RebuildOutcome } from './run/receipt.ts';
export { type ProgressReport, type Stall } from './progress/progress-meter.ts';
export { rebuildReadModel } from './rebuild/rebuild.ts';
export {
  rebuildDefaults,
  type RebuildControl,
  type RebuildMode,
  type RebuildOptions,
  type RebuildServers,
  type Shard,
  type SourceChoice,
} from './rebuild-options.ts';
export { exitCodeOf, type Ending } from './run/run-ending.ts';
export { leastMemoryBytes } from './progress/memory-budget.ts';
export { promoteByName, type NamedPromotion } from './cutover/promote-by-name.ts';
export { readCanaries, type Canary } from './gate/gate-canaries.ts';
export { type GateQuestions } from './gate/judge-generation.ts';
export { type DryRunReport } from './dry-run/dry-run.ts';
export { planRebuild, type Plan, type PlanOptions, type PlanRequest } from './dry-run/plan.ts';
export { type LiveDiff } from './dry-run/live-diff.ts';
export { type PruneResult } from './prune/prune.ts';
export { pruneDefaults, pruneReadModel } from './prune/prune-read-model.ts';
export { replayOntoLive } from './partial-replay/replay-onto-live.ts';
export { type ReplayFilter } from './partial-replay/replay-filter.ts';
export {
  listedLetters,
  type LeftOutLetter,
  type LettersOfRun,
  type ResolvedLetter,
} from './left-out/letters-of-run.ts';
export { faultClasses, type Drift, type DriftClass } from './verify/classify.ts';
export { type VerifyOutcome } from './verify/outcome.ts';
export { recordVerification } from './verify/record-verification.ts';
export { verifyReadModel, type VerifyOptions, type VerifyReport } from './verify/verify.ts';
export { afterRefusal } from './gate/gate-remedies.ts';
