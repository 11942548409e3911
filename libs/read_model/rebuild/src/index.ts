export { RebuildError, isRebuildError, type RebuildErrorCode } from './errors.ts';
export { type ProgressPicture, type SliceProgress } from './build/build-progress.ts';
export { type PoisonEvent, type RefusedDocument, type VersionGap } from './build/slice-tally.ts';
export { type KafkaConnection } from '@reprise/read-model-feed';
export { catchUpFromLog } from './run/catch-up.ts';
export { defaultGateLimits, type GateCheck, type GateLimits } from './run/gate.ts';
export { promote, type CatchUp } from './run/promote.ts';
export { rebind, type Rebinding } from './run/rebind.ts';
export { rollBack } from './run/roll-back.ts';
export { thisProcess } from './run/this-process.ts';
export { underLease } from './run/under-lease.ts';
export {
  type CutoverRecord,
  type Receipt,
  type RebuildMode,
  type RebuildOutcome,
  type SourceChoice,
} from './run/receipt.ts';
export { type ProgressReport, type Stall } from './run/progress-meter.ts';
export { rebuildReadModel } from './run/rebuild.ts';
export { type RebuildControl, type RebuildOptions, type RebuildServers } from './run/rebuild-options.ts';
export { exitCodeOf, exitCodes, type Ending } from './run/run-ending.ts';
export { leastMemoryBytes } from './run/memory-budget.ts';
export { promoteByName, type NamedPromotion } from './run/promote-by-name.ts';
export { readCanaries, type Canary } from './run/gate-canaries.ts';
export { type GateQuestions } from './run/gate-step.ts';
export { type DryRunReport } from './run/dry-run.ts';
export { type LiveDiff } from './run/live-diff.ts';
export { type Shard } from './run/shards.ts';
export { prune, type PruneResult } from './run/prune.ts';
export { replayOntoLive } from './run/replay-onto-live.ts';
export { type ReplayFilter } from './run/replay-filter.ts';
export {
  listedLetters,
  type LeftOutLetter,
  type LettersOfRun,
  type ResolvedLetter,
} from './left-out/letters-of-run.ts';
export { faultClasses, type Drift, type DriftClass } from './verify/classify.ts';
export { type VerifyOutcome } from './verify/outcome.ts';
export { verifyReadModel, type VerifyOptions, type VerifyReport } from './verify/verify.ts';
export { afterRefusal } from './run/gate-remedies.ts';
