import { waitsBehind } from './dead-letter.ts';
import type { JudgedLetter } from './judged-letters.ts';

/** Reasons that say nothing of the event itself: another projection or another state of the log may take it. */
const reasonsElsewhere: ReadonlySet<string> = new Set(['refused-by-store', 'version-gap', waitsBehind]);

/**
 * The projections that leave a letter's record out once it is discarded: those whose live generation does not contain it. One that
 * contains it has applied it, and a rebuild has to apply it again.
 *
 * @returns null for every projection, those to come included: no projection contains it, and the fault is the event's own
 */
export function projectionsLeavingOut({
  letter: { reason, projection },
  version,
  live,
}: Pick<JudgedLetter, 'letter' | 'version' | 'live'>): readonly string[] | null {
  const lacking = live.filter((one) => version === undefined || one.version < version);
  if (!reasonsElsewhere.has(reason) && lacking.length === live.length) return null;
  const names = lacking.map((one) => one.projection);
  // Its read model may have no live generation now.
  const isUnseen = projection !== undefined && !live.some((one) => one.projection === projection);
  return isUnseen ? [...names, projection] : names;
}
