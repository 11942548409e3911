import type { Receipt } from '@reprise/read-model-rebuild';
import { printable } from '@reprise/runtime';
import { idText } from '../text.ts';

/** Poison events and aggregates with missing events that are shown; `--json` has more. */
const shown = 5;
/** Characters of what is wrong with an event that are shown. */
const longestMessage = 300;

type Faults = Pick<Receipt, 'poison' | 'gaps'>;

/** The first events that cannot be applied, and the first aggregates that lack events. */
export function poisonLines({ poison, gaps }: Faults): string[] {
  return [
    ...poison.slice(0, shown).map(({ slice, position, message, aggregateId }) => {
      const of = aggregateId === undefined ? '' : ` (${idText(aggregateId)})`;
      return `  poison at partition ${slice} offset ${position}: ${printable(message, longestMessage)}${of}`;
    }),
    ...gaps
      .slice(0, shown)
      .map(
        ({ aggregateId, expected, held }) =>
          `  aggregate ${idText(aggregateId)} lacks version ${expected}; ${held} later events wait for it`,
      ),
  ];
}

/** How many of those that were named are not shown. */
export function beyondShown({ poison, gaps }: Faults): number {
  return Math.max(0, poison.length - shown) + Math.max(0, gaps.length - shown);
}
