import { fedStates, type CanaryMark, type RecordedVerification, type Run } from '@reprise/read-model-indices';
import { verdictKinds, type ReadModelStatus } from '@reprise/read-model-status';
import { runSteps, stallCauses, type Level, type LevelName } from './level-definitions.ts';

/** What is known of one read model at one moment. What could not be asked is undefined. */
export interface LevelFacts {
  readonly context: string;
  readonly status: ReadModelStatus;
  /** Whether a read of the generation that readers are on was answered. */
  readonly readable: boolean;
  /** The newest run that could be resumed, as the registry has it; undefined when there is none. */
  readonly interrupted: Run | undefined;
  readonly oldestHeldBackSeconds: number | undefined;
  readonly verification: RecordedVerification | undefined;
  /** The newest canary of each partition that a search finds in the generation readers use. */
  readonly canaries: readonly CanaryMark[];
  /** The registry's clock. */
  readonly now: Date;
}

/** Outcomes of runs that meant to give readers another generation. */
const decided: readonly (string | null)[] = ['promoted', 'built', 'refused'];

/** The service levels of one read model. Pure: what is not known has no level. */
export function levelsOf(facts: LevelFacts): Level[] {
  const { context, status, now } = facts;
  const { projection, readers, generations } = status;
  const own = { context, projection };
  const level = (name: LevelName, value: number | null | undefined, more: Record<string, string> = {}) =>
    value === null || value === undefined ? [] : [{ name, labels: { ...own, ...more }, value }];
  const live = generations.find(({ state }) => state === 'LIVE');
  const isOnLive = readers.on.length === 1 && live !== undefined && readers.on[0] === live.name;
  const secondsSince = (moment: Date) => Math.max(0, (now.getTime() - moment.getTime()) / 1_000);

  return [
    ...level('read_model_available', isOnLive && facts.readable ? 1 : 0),
    ...verdictKinds.flatMap((verdict) =>
      level('read_model_verdict', status.verdict.kind === verdict ? 1 : 0, { verdict }),
    ),
    ...facts.canaries.flatMap(({ partition, sentAt }) =>
      level('canary_age_seconds', secondsSince(new Date(sentAt)), { partition: String(partition) }),
    ),
    ...generations
      .filter(({ state }) => fedStates.includes(state))
      .flatMap(({ name: generation, state, lag, lagSeconds, unfed }) => [
        ...level('read_model_lag_events', lag, { generation, state }),
        ...level('read_model_lag_seconds', lagSeconds, { generation, state }),
        ...level('read_model_unfed_partitions', unfed.length, { generation, state }),
      ]),
    ...runLevels(facts, level, secondsSince),
    ...level('gate_refused', wasRefused(status, live?.since) ? 1 : 0),
    ...level('dead_letters_open', status.letters?.open),
    ...level('dead_letters_oldest_seconds', facts.oldestHeldBackSeconds),
    ...level('aggregates_held_back', status.heldBack),
    ...level('verify_differing_documents', facts.verification?.differing),
    ...level('verify_age_seconds', facts.verification && secondsSince(facts.verification.verifiedAt)),
  ];
}

function runLevels(
  { status: { running }, interrupted }: LevelFacts,
  level: (name: LevelName, value: number | null | undefined, more?: Record<string, string>) => Level[],
  secondsSince: (moment: Date) => number,
): Level[] {
  const { step, stillMs, stall } = (running?.progress ?? {}) as SavedProgress;
  const moves = running !== null && !running.lost;
  const stillSeconds =
    moves && secondsSince(running.savedAt ?? running.startedAt) + Number(stillMs ?? 0) / 1_000;
  const isLost = running?.lost ?? false;
  const stopped = interrupted?.state === 'INTERRUPTED' || (interrupted !== undefined && isLost);
  return [
    ...(stillSeconds === false ? [] : level('run_progress_age_seconds', stillSeconds, { step: known(step) })),
    ...stallCauses.flatMap((cause) =>
      level('run_stalled', moves && stall && causeOf(stall.cause) === cause ? 1 : 0, { cause }),
    ),
    ...level('run_lost', isLost ? 1 : 0),
    ...level(
      'run_interrupted_age_seconds',
      stopped ? secondsSince(interrupted.endedAt ?? interrupted.savedAt ?? interrupted.startedAt) : undefined,
    ),
  ];
}

/** The parts of a saved progress that are read here; that of another release may lack any of them. */
interface SavedProgress {
  readonly step?: unknown;
  readonly stillMs?: unknown;
  readonly stall?: { readonly cause?: unknown } | null;
}

function known(step: unknown): (typeof runSteps)[number] {
  return runSteps.find((one) => one === step) ?? 'other';
}

/** The server that a stall's cause names: a text for operators, which no label may hold. */
function causeOf(cause: unknown): (typeof stallCauses)[number] {
  const text = String(cause);
  if (text.includes('no server has reported')) return 'none-reported';
  return stallCauses.find((server) => text.toLowerCase().includes(server)) ?? 'other';
}

/** Whether the newest run that could have moved readers was refused, and nothing moved them since. */
function wasRefused({ lastRuns }: ReadModelStatus, liveSince: Date | undefined): boolean {
  const newest = lastRuns.find(({ outcome }) => decided.includes(outcome));
  if (newest?.outcome !== 'refused') return false;
  return liveSince === undefined || liveSince.getTime() < (newest.endedAt ?? newest.startedAt).getTime();
}
