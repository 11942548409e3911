import type { AggregateProgress } from './redrive-aggregate.ts';

/** What became of a dead letter that was redriven, the worst over the read models. */
export type RedriveOutcome =
  /** Its version is in every generation now (in a dry run: would be). */
  | 'applied'
  /** Its version was there before: nothing was done. */
  | 'contained'
  /** An earlier version of its aggregate has to be applied first. */
  | 'waits'
  /** It cannot be applied by this release, for the reason given. */
  | 'refused'
  /** An operator has discarded it. */
  | 'discarded';

const badness = { contained: 0, applied: 1, waits: 2, refused: 3 } as const;

export interface OutcomeOfVersion {
  readonly outcome: keyof typeof badness;
  readonly detail: string | null;
}

/** What becomes of every letter where no generation is fed. */
export const fedByNone: OutcomeOfVersion = { outcome: 'refused', detail: 'this release feeds no read model' };

/**
 * What became of the event with `version`, when its aggregate's events from `given` on (its versions, ascending) got as far as
 * `progress` says.
 */
export function outcomeOfVersion(
  version: number,
  given: readonly number[],
  progress: readonly AggregateProgress[],
): OutcomeOfVersion {
  if (progress.length === 0) return fedByNone;
  let worst: OutcomeOfVersion = { outcome: 'contained', detail: null };
  for (const one of progress) worst = worseOf(worst, outcomeIn(one, version, given));
  return worst;
}

/** The worse of two outcomes of one letter; the first where they are equally bad. */
export function worseOf(one: OutcomeOfVersion, other: OutcomeOfVersion): OutcomeOfVersion {
  return badness[other.outcome] > badness[one.outcome] ? other : one;
}

function outcomeIn(
  { projection, before, after, stopped }: AggregateProgress,
  version: number,
  given: readonly number[],
): OutcomeOfVersion {
  if (version <= before) return { outcome: 'contained', detail: null };
  if (version <= after) return { outcome: 'applied', detail: null };
  const next = after + 1;
  const said = stopped?.message ?? `version ${next} was not applied`;
  if (version === next) return { outcome: 'refused', detail: `${projection}: ${said}` };
  const first = given.find((candidate) => candidate > after) ?? next;
  const detail =
    first === next
      ? `version ${next} comes first, and was refused: ${said}`
      : `${said}; it has to come first`;
  return { outcome: 'waits', detail: `${projection}: ${detail}` };
}
