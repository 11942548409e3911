/** What a running rebuild that stands still waits for, as far as it was heard to fail. */
export const stallCauses = ['kafka', 'elasticsearch', 'postgres', 'other', 'none-reported'] as const;

/** Steps of a run; `other` stands for those of another release. */
export const runSteps = ['preflight', 'build', 'replay', 'gate', 'promote', 'report', 'other'] as const;

const ofModel = ['context', 'projection'] as const;
const ofGeneration = [...ofModel, 'generation', 'state'] as const;

/**
 * The service levels of read models: help text and labels of each. Values of labels come from the configuration, the registry's
 * entries that were not pruned, the partitions of the topic, and the lists above.
 */
export const levelDefinitions = {
  read_model_available: {
    help: "1 when the readers' alias or view leads to one live generation that can be read, else 0",
    labels: ofModel,
  },
  read_model_verdict: {
    help: '1 for the verdict that status gives on the read model now, 0 for the others',
    labels: [...ofModel, 'verdict'],
  },
  canary_age_seconds: {
    help: 'Seconds since the writing of the newest canary that a search finds in what readers use, by partition',
    labels: [...ofModel, 'partition'],
  },
  read_model_lag_events: {
    help: 'Records of the log that a generation which follows it does not hold yet',
    labels: ofGeneration,
  },
  read_model_lag_seconds: {
    help: 'Age in seconds of the oldest record that a generation which follows the log does not hold yet; 0 when it lacks none',
    labels: ofGeneration,
  },
  read_model_unfed_partitions: {
    help: 'Partitions of a generation that follows the log which no running consumer feeds',
    labels: ofGeneration,
  },
  run_progress_age_seconds: {
    help: 'Seconds since anything of the running rebuild last moved; absent while none runs',
    labels: [...ofModel, 'step'],
  },
  run_stalled: {
    help: '1 while the running rebuild stands still, by what it was last heard to fail with',
    labels: [...ofModel, 'cause'],
  },
  run_lost: { help: '1 while a run counts as running and its process is gone, else 0', labels: ofModel },
  run_interrupted_age_seconds: {
    help: 'Seconds since the newest run stopped that could be resumed and was not; absent when there is none',
    labels: ofModel,
  },
  gate_refused: {
    help: '1 while the newest rebuild was refused by its gate and readers were not moved since, else 0',
    labels: ofModel,
  },
  dead_letters_open: {
    help: 'Dead letters to be dealt with, among the first thousand of the topic',
    labels: ofModel,
  },
  dead_letters_oldest_seconds: {
    help: 'Seconds since the event failed that has held its aggregate back the longest; 0 when none is held back',
    labels: ofModel,
  },
  aggregates_held_back: {
    help: 'Aggregates whose later events wait behind a dead letter',
    labels: ofModel,
  },
  verify_differing_documents: {
    help: 'Documents that differed from the log at the last whole verify',
    labels: ofModel,
  },
  verify_age_seconds: {
    help: 'Seconds since the last whole verify; absent when there was none',
    labels: ofModel,
  },
} as const satisfies Readonly<Record<string, { readonly help: string; readonly labels: readonly string[] }>>;

export type LevelName = keyof typeof levelDefinitions;

/** One value of one service level. */
export interface Level {
  readonly name: LevelName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
