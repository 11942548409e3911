import type { LogSource } from '@reprise/events';
import { letterId } from '@reprise/read-model-feed';
import type { DiscardedLetter } from '@reprise/read-model-indices';
import type { PoisonPlace, SliceTally } from '../fold/slice-tally.ts';
import type { RebuildServers } from '../rebuild-options.ts';
import { LeftOut, restorePlaces, type SavedPlaces } from './left-out.ts';

/** A dead letter that a run left out, and who discarded it. */
export interface LeftOutLetter {
  /** As `dlq list` names it. */
  readonly id: string;
  readonly aggregateId: string | null;
  readonly version: number | null;
  readonly discardedAt: string;
  readonly by: string;
  readonly reason: string;
}

/** A dead letter whose version the read models contain: no poison. */
export interface ResolvedLetter {
  readonly id: string;
  readonly aggregateId: string;
  readonly version: number;
}

/** What a run did about dead letters that were dealt with. Counts are complete, lists are bounded. */
export interface LettersOfRun {
  readonly leftOut: { readonly count: number; readonly first: readonly LeftOutLetter[] };
  readonly resolved: { readonly count: number; readonly first: readonly ResolvedLetter[] };
  /** Events taken from the event store in place of records that were left out or whose letters are resolved. */
  readonly replaced: number;
  /** Aggregates that stay where they are, because what follows can only be applied after a record that was left out. */
  readonly heldAggregates: number;
}

/** Letters listed in a receipt. */
export const listedLetters = 100;

/**
 * What a run of this projection leaves out of a source: what is discarded by now, or what the run that it resumes had captured.
 * @throws DependencyError
 */
export async function captureLeftOut(
  { registry }: Pick<RebuildServers, 'registry'>,
  projection: string,
  { kind, topic, slices }: Pick<LogSource, 'kind' | 'topic' | 'slices'>,
  captured?: SavedPlaces,
): Promise<LeftOut> {
  // The event store outlives topics: its events are known by what they are, whatever topic their records were in.
  if (kind === 'event-store') return new LeftOut(await registry.letterActions.discarded({ projection }));
  const places = captured && restorePlaces(captured);
  const letters = await registry.letterActions.discarded({
    projection,
    topicId: topic.id,
    ...(places && { places }),
  });
  return new LeftOut(new LeftOut(letters).inSlices(slices));
}

/** @param source as far as it was opened */
export function lettersOf(
  leftOut: LeftOut,
  source: Pick<LogSource, 'kind' | 'topic' | 'slices'> | undefined,
  { resolved, replaced, heldAggregates }: SliceTally,
): LettersOfRun {
  const topic = source?.topic.name ?? '';
  const out = source?.kind === 'event-store' ? [...leftOut.met] : leftOut.inSlices(source?.slices ?? []);
  return {
    leftOut: {
      count: out.length,
      first: out.slice(0, listedLetters).map((letter) => leftOutLetter(topic, letter)),
    },
    resolved: {
      count: resolved.length,
      first: resolved.slice(0, listedLetters).map((event) => resolvedLetter(topic, event)),
    },
    replaced,
    heldAggregates,
  };
}

/** Id of the letter of the only poison event; undefined where there are more, or where the source does not say its place in the topic. */
export function onlyLetterOf(
  source: Pick<LogSource, 'kind' | 'topic'> | undefined,
  { poisoned, poison: [first] }: Pick<SliceTally, 'poisoned' | 'poison'>,
): string | undefined {
  if (source?.kind !== 'kafka' || poisoned !== 1 || first === undefined) return undefined;
  return letterId(source.topic.name, { partition: first.slice, offset: BigInt(first.position) });
}

function leftOutLetter(topic: string, letter: DiscardedLetter): LeftOutLetter {
  const { aggregateId, version, at, user, host, reason } = letter;
  const id = letterId(topic, letter);
  return { id, aggregateId, version, discardedAt: at.toISOString(), by: `${user}@${host}`, reason };
}

function resolvedLetter(topic: string, event: PoisonPlace): ResolvedLetter {
  const { slice, position, aggregateId = '', version = 0 } = event;
  return { id: letterId(topic, { partition: slice, offset: BigInt(position) }), aggregateId, version };
}
