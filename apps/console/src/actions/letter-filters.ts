import type { FieldError } from '@reprise/http';
import { longestOption } from '../contract/actions.ts';
import type { ActionPlan, ActionRequest } from '../contract/index.ts';
import type { LetterFilter, MatchingLetters } from '../dead-letters/dead-letters.ts';
import { problemOf } from './arguments.ts';
import type { ActionSpec } from './specs.ts';

/** More are not named on one command line, nor as many as take more than `longestOption` characters. */
export const mostFiltered = 300;

/** Finds open letters that match, and names `most` of them. */
export type FindLetters = (filter: LetterFilter, most: number) => Promise<MatchingLetters>;

/** A request whose letters are named by their ids, as the command line takes them; or what is wrong with it. */
export type Named =
  | {
      readonly outcome: 'named';
      readonly request: ActionRequest;
      /** What a filter was found to touch; undefined where there was no filter, and nothing was looked at. */
      readonly touches?: ActionPlan['touches'];
    }
  | { readonly outcome: 'invalid'; readonly errors: readonly FieldError[] }
  /** Nothing of it can be done now. */
  | { readonly outcome: 'refused'; readonly why: string };

/**
 * Puts the ids of the letters that match in the place of filters. The command line has no filters, so that what is shown before is what
 * is done: a letter that arrives in between is not touched.
 */
export async function namedLetters(
  { action, filters = [] }: ActionSpec,
  request: ActionRequest,
  find: FindLetters,
): Promise<Named> {
  const given = filters.filter(({ name }) => request.options[name] !== undefined);
  if (given.length === 0) return { outcome: 'named', request };
  const errors = given.flatMap((option): FieldError[] => {
    const message = problemOf(option, request.options[option.name]!);
    return message === undefined ? [] : [{ field: `options.${option.name}`, message }];
  });
  const { ids: chosen, all, aggregateId, context, type, error, ...options } = request.options;
  if (chosen !== undefined || all !== undefined)
    errors.push({ field: 'options', message: 'filters go with neither ids nor all' });
  if (errors.length > 0) return { outcome: 'invalid', errors };
  const textOf = (value: string | boolean | undefined) => (value === undefined ? undefined : String(value));
  const { ids, letters, aggregates, atLeast } = await find(
    {
      ...{ context: textOf(context), type: textOf(type), reason: textOf(error) },
      aggregateId: textOf(aggregateId),
    },
    mostFiltered,
  );
  if (letters > ids.length || ids.join().length > longestOption)
    return {
      outcome: 'refused',
      why: `${atLeast ? 'At least ' : ''}${letters} open dead letters of ${aggregates} aggregate${aggregates === 1 ? '' : 's'} match, more than one ${action} names here (${mostFiltered}). Filter further, or use the command line.`,
    };
  if (atLeast)
    return {
      outcome: 'refused',
      why: 'There are more dead letters than are looked through here, so some that match may be missing. Use the command line.',
    };
  if (ids.length === 0) return { outcome: 'refused', why: 'No open dead letter matches.' };
  return {
    outcome: 'named',
    request: { ...request, options: { ...options, ids: ids.join(',') } },
    touches: { letters, aggregates, atLeast },
  };
}
