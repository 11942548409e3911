import type { DatabaseTemplates } from './cluster/databases.ts';
import type { Servers } from './cluster/servers.ts';
import type { Row } from './row.ts';
import { runRow, type RowResult } from './run-row.ts';

/** Carries out rows one after the other. After a row that kills servers, and after a broken one, all servers are seen to run. */
export async function runMatrix(
  rows: readonly Row[],
  servers: Servers,
  templates: DatabaseTemplates,
  { long, report }: { readonly long: boolean; readonly report: (line: string) => void },
  signal: AbortSignal,
): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const row of rows) {
    if (signal.aborted) break;
    const result = await runRow(row, servers, templates, long);
    results.push(result);
    const reason = result.reason === undefined ? '' : `: ${result.reason}`;
    report(
      `${row.id.padEnd(5)} ${result.outcome.padEnd(8)} ${result.seconds.toFixed(1).padStart(6)} s  ${row.title}${reason}`,
    );
    const disturbed = row.kind === 'scenario' && row.killsServers === true;
    if (servers.own !== undefined && (disturbed || result.outcome === 'broken')) await servers.own.restart();
  }
  return results;
}
