import { constants } from 'node:os';
import { parseArguments, usage, type StackArguments } from './arguments.ts';
import { down, reset } from './commands/down.ts';
import { logs } from './commands/logs.ts';
import { guard, run } from './commands/run.ts';
import { formatStatus, isUp, status } from './commands/status.ts';
import { sql } from './commands/sql.ts';
import { up } from './commands/up.ts';
import { composeUp } from './docker.ts';
import { exportLines, stackEnvironment } from './environment.ts';
import { describeError, StackError } from './errors.ts';
import { memoryDirectory } from './instance/memory.ts';
import { onStopSignal } from './signals.ts';

const nodeNeeded = 24;

/** Progress and errors go to standard error; standard output carries what a script may read. */
function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Runs one verb and returns the exit code. */
async function execute(args: StackArguments): Promise<number> {
  const { verb, directory } = args;
  const bringUp = args.docker ? composeUp : up;
  switch (verb) {
    case 'help':
      print(usage);
      return 0;
    case 'up': {
      await cancellable((signal) => bringUp({ ...args, signal, report }));
      const result = await status(directory);
      print(formatStatus(result));
      if (!result.up) return 1;
      report('endpoints for a shell: eval "$(npm run -s stack -- env)"');
      return 0;
    }
    case 'down':
      if ((await down({ directory, report })).length === 0) report('nothing was running');
      return 0;
    case 'status': {
      const result = await status(directory);
      print(args.json ? JSON.stringify(result) : formatStatus(result));
      return result.up ? 0 : 3;
    }
    case 'env':
      print(endpointLines(directory));
      if (!(await isUp(directory))) report('not all of these servers are up: npm run -s stack -- status');
      return 0;
    case 'logs':
      await logs(args);
      return 0;
    case 'sql':
      print(await sql(args));
      return 0;
    case 'reset':
      await reset({ directory, report });
      report(`the servers are down and their data in ${directory} is deleted`);
      return 0;
    case 'run': {
      const [command = '', ...rest] = args.command;
      const inMemory = args.inMemory ? memoryDirectory(directory) : undefined;
      return run({ ...args, directory: inMemory ?? directory, command, args: rest, bringUp, report });
    }
    case 'guard':
      await guard(directory, args.watched ?? 0);
      return 0;
  }
}

function endpointLines(directory: string): string {
  const environment = stackEnvironment(directory);
  if (environment !== undefined) return exportLines(environment);
  throw new StackError(
    'NO_INSTANCE',
    `No stack was ever started in ${directory}. Run: npm run -s stack -- up`,
  );
}

/** Lets ^C and SIGTERM cancel `work`, which then cleans up after itself. */
async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  onStopSignal((signal) => {
    if (!controller.signal.aborted) report('cancelling: stopping what was started');
    process.exitCode = 128 + constants.signals[signal];
    controller.abort();
  });
  return work(controller.signal);
}

async function main(): Promise<void> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < nodeNeeded) {
    report(
      `Node ${nodeNeeded} is needed and this is ${process.versions.node}. Run it as \`npm run -s stack -- ...\`.`,
    );
    process.exitCode = 1;
    return;
  }
  // A reader that went away (a closed terminal, `| head`) must not stop the servers from being cleaned up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    const code = await execute(parseArguments(process.argv.slice(2)));
    process.exitCode ??= code;
  } catch (error) {
    report(describeError(error));
    process.exitCode ??= 1;
  }
}

await main();
