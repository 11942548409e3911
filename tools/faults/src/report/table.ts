import type { RowResult } from '../run-row.ts';

/** The results as a Markdown table, one line per row. */
export function resultTable(results: readonly RowResult[]): string {
  const lines = results.map(({ row, outcome, seconds, faults, notes, reason }) =>
    [
      row.id,
      row.title,
      row.kind,
      row.invariants.join(' '),
      outcome,
      Object.entries(faults)
        .map(([name, times]) => `${name} × ${times}`)
        .join('; '),
      outcome === 'not run' ? '' : seconds.toFixed(1),
      [...notes, ...(reason === undefined ? [] : [reason])].join('; '),
    ]
      .map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 400))
      .join(' | '),
  );
  return [
    '| row | what happens | kind | checks | result | faults | s | notes |',
    '| --- | --- | --- | --- | --- | --- | --: | --- |',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
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
