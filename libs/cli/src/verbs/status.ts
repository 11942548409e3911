import { setTimeout as delay } from 'node:timers/promises';
import { DependencyError } from '@reprise/read-model-indices';
import { defaultMaxLagMs, type ReadModelStatus } from '@reprise/read-model-status';
import { exitCodes } from '@reprise/runtime/commands';
import { ConsoleUnavailable } from '../console/console-api.ts';
import { readConsole } from '../console/console-option.ts';
import type { OptionReader } from '../line/option-reader.ts';
import { readProjections } from '../line/projection-option.ts';
import { describeStatus } from '../report/status-text.ts';
import { jsonText } from '../report/text.ts';
import type { StatusSource } from '../servers/server-status.ts';
import type { CommandRun, Invocation } from '../verb.ts';

const redrawMs = 2_000;

export const run: CommandRun = async (options, invocation) => {
  const json = options.flag('json');
  const check = options.flag('check');
  const verbose = options.flag('verbose');
  const watch = options.flag('watch');
  const open = sourceOf(options, invocation);
  if (watch && (json || check)) options.problem('--watch goes with neither --json nor --check');
  options.finish();
  const source = await open();
  try {
    if (watch) return await watchStatus(source.look, verbose, invocation);
    const { statuses, mismatch } = await source.look();
    const unreachable = new Set(statuses.flatMap(({ logUnreachable }) => logUnreachable ?? []));
    for (const reason of unreachable) invocation.stderr(`the lag is unknown: ${reason}\n`);
    if (json) invocation.stdout(`${jsonText(statuses, 2)}\n`);
    else show(statuses, verbose || mismatch !== undefined, invocation);
    if (mismatch !== undefined) {
      invocation.stderr(`${mismatch.message}\n`);
      return exitCodes.usage;
    }
    const isFine = statuses.every(({ verdict }) => verdict.kind === 'ok');
    return check && !isFine ? exitCodes.refused : exitCodes.done;
  } finally {
    await source.close();
  }
};

/** Reads who is to be asked about what. @returns what opens it, once the command line was found in order */
function sourceOf(options: OptionReader, invocation: Invocation): () => Promise<StatusSource> {
  const maxLagMs = 1_000 * options.wholeNumber('maxLag', 0, defaultMaxLagMs / 1_000);
  if (options.isGiven('console')) {
    const question = readConsole(options, invocation.env, (sentence) => invocation.stderr(`${sentence}\n`));
    return async () => {
      const { statusFromConsole } = await import('../console/console-status.ts');
      return statusFromConsole(question, maxLagMs, invocation);
    };
  }
  const chosen = readProjections(options, invocation, 'all');
  return async () => {
    const { statusFromServers } = await import('../servers/server-status.ts');
    return statusFromServers(chosen, maxLagMs, invocation);
  };
}

function show(
  statuses: readonly ReadModelStatus[],
  verbose: boolean,
  { screen, stdout }: Pick<Invocation, 'screen' | 'stdout'>,
): void {
  const style = { verbose, width: Math.max(40, screen?.columns() ?? 80), colour: screen?.colour ?? false };
  const text = `${statuses.map((status) => describeStatus(status, style)).join('\n\n')}\n`;
  // Painted text goes past the mask of every output; what stands in it was masked line by line.
  if (style.colour) screen!.write(text);
  else stdout(text);
}

/** Shows the status again and again until the signal aborts: drawn over the last one on a terminal, printed below it elsewhere. */
async function watchStatus(
  look: StatusSource['look'],
  verbose: boolean,
  invocation: Invocation,
): Promise<number> {
  const { signal, screen, stderr } = invocation;
  while (!signal.aborted) {
    try {
      const { statuses, mismatch } = await look();
      screen?.write('\u001b[H\u001b[2J');
      show(statuses, verbose, invocation);
      if (mismatch) stderr(`${mismatch.message}\n`);
      if (!screen) invocation.stdout('\n');
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof DependencyError || error instanceof ConsoleUnavailable)) throw error;
      stderr(`${error.message}\n`);
    }
    await delay(redrawMs, undefined, { signal }).catch(() => undefined);
  }
  return exitCodes.done;
}
