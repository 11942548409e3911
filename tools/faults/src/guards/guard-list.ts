import type { Guard } from './guard.ts';
import type { GuardResult } from './try-guard.ts';

/** The guards as a Markdown list, with the outcome of each where it is known. */
export function guardList(guards: readonly Guard[], results: readonly GuardResult[]): string {
  const of = new Map(results.map((result) => [result.guard.id, result]));
  return guards
    .map(({ promise, id, what, file }) => {
      const result = of.get(id);
      const outcome = result && [result.outcome, result.by].filter((text) => text !== '').join(': ');
      const line = `- ${promise} \`${id}\`: ${what}. \`${file}\`${outcome === undefined ? '' : ` Without it: ${outcome}`}`;
      return line.replaceAll(/\s+/g, ' ');
    })
    .join('\n');
}

/** One line that sums them up. */
export function guardSummary(results: readonly GuardResult[]): string {
  const count = (outcome: GuardResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  return `${results.length} guards taken out one at a time: ${count('seen')} were seen by a test, ${count('survived')} survived, ${count('no verdict')} without a verdict`;
}
