import {
  letterId,
  matchesFilter,
  mayMatch,
  parsePlaces,
  placesNow,
  placesText,
  type JudgedLetter,
  type LetterFilter,
  type LetterPlaces,
  type LetterServers,
  type StoredLetter,
} from '@reprise/read-model-feed';
import { optionOf, type OptionReader } from '../../line/option-reader.ts';
import { readIds } from './with-letters.ts';

/** Letters that a command line means: those it names by their ids, or else the open ones that match. */
export interface Meant {
  /** None where letters are not named. */
  readonly ids: ReadonlySet<string>;
  readonly filter: LetterFilter;
}

/** The filter of `--event-type`, `--error`, `--aggregate-id` and `--up-to`. */
export function readFilter(options: OptionReader): LetterFilter {
  const text = (name: string) => {
    const value = options.text(name)?.trim();
    if (value === '') options.problem(`${optionOf(name)} names nothing, which does not mean all`);
    return value;
  };
  const places = text('upTo');
  const upTo = places === undefined ? undefined : parsePlaces(places);
  if (places !== undefined && !upTo)
    options.problem(
      '--up-to must be places of dead-letter topics (topic:partition:offset, comma-separated), as a dry run prints them',
    );
  return { type: text('eventType'), error: text('error'), aggregateId: text('aggregateId'), upTo };
}

/** What a redrive or discard is about: ids, `--all` or filters, and only one of the three. */
export function readMeant(options: OptionReader, words: readonly string[]): Meant {
  const ids = readIds(options, words);
  const filter = readFilter(options);
  const { type, error, aggregateId } = filter;
  const isFiltered = [type, error, aggregateId].some((text) => text !== undefined);
  if ([ids.size > 0, options.flag('all'), isFiltered].filter(Boolean).length !== 1)
    options.problem(
      'name the letters by id, or say which open ones are meant, by --all or by --event-type, --error and --aggregate-id: exactly one of the three',
    );
  if (ids.size > 0 && filter.upTo) options.problem('--up-to goes with --all and filters, not with ids');
  return { ids, filter };
}

/** The places that a dry run looks up to, so that those it counted can be touched after it, and none that came later. */
export async function boundOfDryRun(
  { ids, filter }: Meant,
  contexts: readonly LetterServers[],
): Promise<LetterPlaces | undefined> {
  return ids.size > 0 ? undefined : (filter.upTo ?? (await placesNow(contexts)));
}

/** How a run that is no dry run is kept to what that counted: nothing where letters are named, or where there are none. */
export function boundHint(upTo: LetterPlaces | undefined): string {
  const text = upTo && placesText(upTo);
  return text ? ` To touch these letters, and none that comes later, add: --up-to=${text}` : '';
}

/**
 * Whether a letter is meant; `wanted` says it as far as that is known before anything is looked up about it.
 *
 * @param states in which letters that match the filter are meant
 */
export function selectionOf({ ids, filter }: Meant, states: readonly JudgedLetter['state'][] = ['open']) {
  const isNamed = ids.size > 0;
  return {
    wanted: (letter: StoredLetter) =>
      isNamed ? ids.has(letterId(letter.topic, letter)) : mayMatch(letter, filter),
    selects: (letter: JudgedLetter) =>
      isNamed ? ids.has(letter.id) : states.includes(letter.state) && matchesFilter(letter, filter),
  };
}
