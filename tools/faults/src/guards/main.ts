import { join } from 'node:path';
import { outliveReaders, repeatedOptions, shutdownSignal, typedPath } from '@reprise/runtime';
import { endpointNames, stackDown } from '@reprise/stack';
import { Command } from 'commander';
import { ownServers, sharedServers, type Servers } from '../cluster/servers.ts';
import { workspaceRoot } from '../cluster/workspace.ts';
import { guardsNamed } from './guards.ts';
import { guardSummary, guardList } from './guard-list.ts';
import { scratchCopy } from './scratch-copy.ts';
import { GuardTrial, type GuardResult } from './try-guard.ts';

interface Options {
  readonly guard: readonly string[];
  readonly list: boolean;
  readonly json: boolean;
  readonly dir: string | undefined;
}

const report = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

function readOptions(argv: readonly string[]): Options {
  const program = new Command('guards')
    .description(
      'Takes guards of the promises out of a copy of the last commit, one at a time, and runs the tests that have to notice.',
    )
    .option('--guard <names...>', 'guards by id, or all of a promise as G9 (default: all)', [])
    .option('--list', 'print the guards and end', false)
    .option('--dir <folder>', 'instance folder of the servers, if none are running (default .stack/faults)')
    .option('--json', 'print one JSON document on stdout', false)
    .addHelpText(
      'after',
      `
Uses the servers that run, or starts some and stops them afterwards. What is not committed is not tested.

Examples:
  npm run -s guards
  npm run -s guards -- --guard G9 refresh-before-the-switch

Exit codes: 0 every guard was seen by a test, 1 one was not, or the usage is wrong, 130/143 interrupted`,
    );
  const repeated = repeatedOptions(program);
  program.parse(argv, { from: 'user' });
  if (repeated.length > 0) program.error(`error: ${repeated.join('\nerror: ')}`);
  return program.opts<Options>();
}

/** Tries the guards; true when a test saw every one of them. */
async function run({ guard, list, json, dir }: Options, signal: AbortSignal): Promise<boolean> {
  const chosen = guardsNamed(guard);
  if (list) {
    print(guardList(chosen, []));
    return true;
  }
  const isShared = endpointNames.some((name) => process.env[name]);
  const directory = dir === undefined ? join(workspaceRoot, '.stack', 'faults') : typedPath(dir, process.env);
  const servers: Servers = isShared
    ? sharedServers(process.env)
    : await ownServers(directory, report, signal);
  const copy = await scratchCopy();
  const results: GuardResult[] = [];
  try {
    const trial = new GuardTrial(copy.root, servers, signal);
    for (const one of chosen) {
      signal.throwIfAborted();
      const result = await trial.take(one);
      results.push(result);
      report(
        `${result.outcome.padEnd(10)} ${result.seconds.toFixed(1).padStart(6)} s  ${one.promise.padEnd(3)} ${one.id}  ${result.by}`,
      );
    }
  } finally {
    await copy.remove();
    if (!isShared) await stackDown({ directory, report });
  }
  print(json ? JSON.stringify({ commit: copy.commit, results }, null, 2) : guardList(chosen, results));
  report(`${guardSummary(results)} (commit ${copy.commit})`);
  return results.every(({ outcome }) => outcome === 'seen');
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
