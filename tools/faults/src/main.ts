import { join } from 'node:path';
import { outliveReaders, shutdownSignal, typedPath } from '@reprise/runtime';
import { stackDown } from '@reprise/stack';
import { databaseTemplates, type DatabaseTemplates } from './cluster/databases.ts';
import { ownServers, type Servers } from './cluster/servers.ts';
import { workspaceRoot } from './cluster/workspace.ts';
import { runNemesis } from './nemesis/run-nemesis.ts';
import { nemesisText } from './report/nemesis-text.ts';
import { readOptions, type FaultOptions } from './options.ts';
import { resultList, summary } from './report/result-list.ts';
import { matrix } from './rows/matrix.ts';
import { shortSelection } from './rows/short-selection.ts';
import { runMatrix } from './run-matrix.ts';
import { rowsNamed, selectRows } from './select-rows.ts';

const report = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs what is asked for on its own servers; true when everything held. */
async function run(options: FaultOptions, signal: AbortSignal): Promise<boolean> {
  const rows = options.short ? rowsNamed(matrix, shortSelection) : selectRows(matrix, options.row);
  if (options.list) {
    print(rows.map(({ id, kind, title }) => `${id.padEnd(5)} ${kind.padEnd(8)} ${title}`).join('\n'));
    return true;
  }
  const directory =
    options.dir === undefined ? join(workspaceRoot, '.stack', 'faults') : typedPath(options.dir, process.env);
  const servers = await ownServers(directory, report, signal);
  const templates = await databaseTemplates(servers);
  try {
    if (options.nemesis) return await nemesis(options, servers, templates, signal);
    const results = await runMatrix(rows, servers, templates, { long: options.long, report }, signal);
    if (options.json)
      print(
        JSON.stringify(
          results.map(({ row, ...result }) => ({ ...row, ...result })),
          null,
          2,
        ),
      );
    else print(resultList(results));
    report(summary(results));
    return results.every(({ outcome }) => outcome !== 'broken');
  } finally {
    await templates.close().catch((error: unknown) => report(String(error)));
    if (!options.keep) await stackDown({ directory, report });
  }
}

async function nemesis(
  { seed = Date.now() % 1_000_000, minutes, json }: FaultOptions,
  servers: Servers,
  templates: DatabaseTemplates,
  signal: AbortSignal,
): Promise<boolean> {
  const result = await runNemesis({ seed, minutes }, servers, templates, report, signal);
  print(json ? JSON.stringify(result, null, 2) : nemesisText(result));
  return result.verdict.broken.length === 0;
}

outliveReaders();
const shutdown = shutdownSignal();
try {
  if (!(await run(readOptions(process.argv.slice(2)), shutdown.signal))) process.exitCode = 1;
} catch (error) {
  report(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  const received = shutdown.received();
  if (received !== undefined) process.exitCode = received === 'SIGINT' ? 130 : 143;
  shutdown.dispose();
}
