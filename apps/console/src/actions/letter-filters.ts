import { parsePlaces, placesText } from '@reprise/read-model-feed';
import type { ActionPlan, ActionRequest } from '../contract/index.ts';
import type { CountedLetters, MeantLetters } from '../dead-letters/dead-letters.ts';

/** Counts letters that an action is about. */
export type CountLetters = (meant: MeantLetters) => Promise<CountedLetters>;

/** A redrive or discard that is kept to the letters that were counted. */
export interface Kept {
  readonly request: ActionRequest;
  readonly touches: NonNullable<ActionPlan['touches']>;
}

/**
 * Counts the letters that a redrive or discard would touch, and gives its request the bound `upTo` unless letters are named by their
 * ids. What is counted is so what is touched, however many letters arrive in between: the bound is where the dead-letter topics ended
 * when they were counted, so neither the clock of this process nor those of the consumers have a say in it. A request that was
 * previewed brings its bound along, and keeps it. Of the letters within it, those that were dealt with meanwhile are left alone.
 *
 * @returns undefined where no open letter matches
 */
export async function keptToCounted(request: ActionRequest, count: CountLetters): Promise<Kept | undefined> {
  const text = (name: string) =>
    typeof request.options[name] === 'string' ? request.options[name] : undefined;
  const [ids, bound] = [text('ids')?.split(','), text('upTo')];
  const { upTo, ...touches } = await count({
    ...{
      context: text('context'),
      type: text('type'),
      error: text('error'),
      aggregateId: text('aggregateId'),
    },
    // What cannot be read is a bound before everything, and none that could be left out.
    upTo: bound === undefined ? undefined : (parsePlaces(bound) ?? new Map()),
    ids: ids && new Set(ids),
  });
  if (ids) return { request, touches };
  if (touches.letters === 0 && !touches.atLeast) return undefined;
  return { request: { ...request, options: { ...request.options, upTo: placesText(upTo) } }, touches };
}
