import type { LeftOutLetter, Receipt } from '@reprise/read-model-rebuild';
import { printable } from '@reprise/runtime';
import { idText, number } from '../text.ts';

const shownLetters = 5;
/** Characters of an operator's reason that are shown. */
const longestReason = 120;

/** The line that counts the dead letters that were dealt with; none where there were none. */
export function lettersLine({ letters }: Pick<Receipt, 'letters'>): [string, string][] {
  const { leftOut, resolved, replaced, heldAggregates } = letters;
  if (leftOut.count + resolved.count === 0) return [];
  const parts = [`${number(leftOut.count)} discarded and left out`, `${number(resolved.count)} resolved`];
  if (replaced > 0) parts.push(`${number(replaced)} replaced from the event store`);
  if (heldAggregates > 0) parts.push(`${number(heldAggregates)} aggregates held back behind them`);
  return [['letters', parts.join(', ')]];
}

/** The first dead letters that were left out, with who discarded them, when and why. */
export function leftOutLines({ letters }: Pick<Receipt, 'letters'>): string[] {
  const { count, first } = letters.leftOut;
  const lines = first.slice(0, shownLetters).map(leftOutLine);
  const more = count - lines.length;
  return more > 0 ? [...lines, `  and ${number(more)} more left out: see --json`] : lines;
}

function leftOutLine({ id, aggregateId, version, discardedAt, by, reason }: LeftOutLetter): string {
  const of = aggregateId === null ? '' : ` (${idText(aggregateId)}${version === null ? '' : ` v${version}`})`;
  return `  left out ${id}${of}: discarded ${discardedAt} by ${printable(by)}: ${printable(reason, longestReason)}`;
}
