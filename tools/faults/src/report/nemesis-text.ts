import type { NemesisResult } from '../nemesis/run-nemesis.ts';

/** A nemesis run as Markdown. */
export function nemesisText(result: NemesisResult): string {
  const { seed, minutes, faults, hits, endings, endedByItself, secondsToRest, verdict, historyFile } = result;
  const interval = verdict.aliasIntervalMs;
  const total = Object.values(faults).reduce((sum, times) => sum + times, 0);
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .filter(([, times]) => times > 0)
      .map(([name, times]) => `${name} × ${times}`)
      .join(', ') || 'none';
  return [
    `seed ${seed}, ${minutes} minutes: ${verdict.broken.length === 0 ? 'everything held' : 'BROKEN'}`,
    `- faults: ${total} in ${Object.keys(faults).length} kinds, which met ${hits} requests, connections and processes: ${list(faults)}`,
    `- commands acknowledged: ${verdict.acknowledged}; lost: ${verdict.lost}; with two effects: ${verdict.doubled}`,
    `- events committed: ${verdict.committed}; duplicate records in the log: ${verdict.duplicateRecords}; dead letters: ${verdict.deadLetters}`,
    `- reads through the alias: ${verdict.reads}; failed while Elasticsearch ran: ${verdict.failedReads}; gone back: ${verdict.wentBack}`,
    `- samples of the alias: ${verdict.aliasSamples}, one every ${interval.median} ms (p99 ${interval.p99} ms, longest ${interval.max} ms, servers that were away included); switches seen: ${verdict.switches}`,
    `- rebuilds and rollbacks: ${list(endings)}`,
    `- processes that ended though nobody killed them: ${list(endedByItself)}`,
    `- at rest after ${secondsToRest} s, a last rebuild and all checks included`,
    ...verdict.broken.map((text) => `- BROKEN: ${text}`),
    `- history: ${historyFile}`,
  ].join('\n');
}
