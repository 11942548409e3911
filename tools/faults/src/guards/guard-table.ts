import type { Guard } from './guard.ts';
import type { GuardResult } from './try-guard.ts';

/** The guards as a Markdown table, with what came of them where that is known. */
export function guardTable(guards: readonly Guard[], results: readonly GuardResult[]): string {
  const of = new Map(results.map((result) => [result.guard.id, result]));
  const lines = guards.map((guard) => {
    const result = of.get(guard.id);
    const outcome =
      result === undefined ? '' : result.by === '' ? result.outcome : `${result.outcome}: ${result.by}`;
    return [guard.promise, `\`${guard.id}\`: ${guard.what}`, `\`${guard.file}\``, outcome]
      .map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s+/g, ' '))
      .join(' | ');
  });
  return [
    '| promise | guard | file | without it |',
    '| --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}

/** One line that sums them up. */
export function guardSummary(results: readonly GuardResult[]): string {
  const count = (outcome: GuardResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  return `${results.length} guards taken out one at a time: ${count('seen')} were seen by a test, ${count('survived')} survived, ${count('no verdict')} without a verdict`;
}
