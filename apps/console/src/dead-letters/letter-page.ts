import type { DeadLetterList, DeadLetterView } from '../contract/index.ts';

/** A place in the list of all dead letters: milliseconds since 1970, and the id of a letter. */
export const letterCursor = /^-?\d{1,16}~[A-Za-z0-9._-]{1,249}:\d{1,9}:\d{1,19}$/;

interface Place {
  readonly ms: number;
  readonly id: string;
}

const placeOf = ({ at, id }: Pick<DeadLetterView, 'at' | 'id'>): Place => ({ ms: Date.parse(at), id });

function parsePlace(cursor: string): Place {
  const at = cursor.indexOf('~');
  return { ms: Number(cursor.slice(0, at)), id: cursor.slice(at + 1) };
}

/** Newest first; letters of one moment by id, so that the order is the same at every look. */
function compare(a: Place, b: Place): number {
  if (a.ms !== b.ms) return b.ms - a.ms;
  return a.id === b.id ? 0 : a.id < b.id ? 1 : -1;
}

/**
 * A page of letters, newest first.
 *
 * @param after `next` of the page before. It is a place and no letter: the page follows it although that letter does not match any more
 */
export function pageOf<Letter extends Pick<DeadLetterView, 'at' | 'id'>>(
  letters: readonly Letter[],
  after: string | undefined,
  limit: number,
): Pick<DeadLetterList, 'next'> & { readonly letters: Letter[] } {
  const from = after === undefined ? undefined : parsePlace(after);
  const following = letters
    .filter((letter) => !from || compare(placeOf(letter), from) > 0)
    .sort((a, b) => compare(placeOf(a), placeOf(b)));
  const page = following.slice(0, limit);
  const last = page.at(-1);
  const next = last && following.length > limit ? `${placeOf(last).ms}~${last.id}` : null;
  return { letters: page, next };
}
