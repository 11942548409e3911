import type { RowResult } from '../run-row.ts';

/** The results as a Markdown list, one line per row. */
export function resultList(results: readonly RowResult[]): string {
  return results
    .map(({ row, outcome, seconds, faults, notes, reason }) => {
      const happened = Object.entries(faults).map(([name, times]) => `${name} × ${times}`);
      const remarks = [...notes, ...(reason === undefined ? [] : [reason])].join('; ').slice(0, 400);
      return [
        `- **${row.id}** ${row.title}: ${outcome}. ${row.kind === 'spec' ? 'Spec' : 'Scenario'}`,
        ...(outcome === 'not run' ? [] : [`, ${seconds.toFixed(1)} s`]),
        `, ${row.invariants.join(' ')}.`,
        ...(happened.length === 0 ? [] : [` Faults: ${happened.join('; ')}.`]),
        ...(remarks === '' ? [] : [` Notes: ${remarks}.`]),
      ]
        .join('')
        .replaceAll(/\s+/g, ' ');
    })
    .join('\n');
}

/** One line that sums them up. */
export function summary(results: readonly RowResult[]): string {
  const count = (outcome: RowResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const faults = results.reduce(
    (sum, result) => sum + Object.values(result.faults).reduce((one, other) => one + other, 0),
    0,
  );
  return `${count('held')} held, ${count('broken')} broken, ${count('not run')} not run; ${faults} faults injected`;
}
