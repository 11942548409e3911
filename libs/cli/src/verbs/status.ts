import { setTimeout as delay } from 'node:timers/promises';
import { BoundElsewhere, DependencyError } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { statusOf } from '@reprise/read-model-servers';
import { answered, defaultMaxLagMs, type ReadModelStatus } from '@reprise/read-model-status';
import { exitCodes } from '@reprise/runtime/commands';
import { jsonText } from '../report/text.ts';
import { readProjections } from '../line/projection-option.ts';
import { describeStatus } from '../report/status-text.ts';
import { openUnbound, type OpenServers } from '../servers/open-servers.ts';
import type { CommandRun, Invocation } from '../verb.ts';

/** How long one server is waited for: whoever asks wants an answer now, with what is unreachable named in it. */
const withinMs = 3_000;
const redrawMs = 2_000;

export const run: CommandRun = async (options, invocation) => {
  const chosen = readProjections(options, invocation, 'all');
  const json = options.flag('json');
  const check = options.flag('check');
  const verbose = options.flag('verbose');
  const watch = options.flag('watch');
  const maxLagMs = 1_000 * options.wholeNumber('maxLag', 0, defaultMaxLagMs / 1_000);
  if (watch && (json || check)) options.problem('--watch goes with neither --json nor --check');
  options.finish();
  const servers = await openUnbound(invocation, chosen, { retryBudgetMs: 2_000, readsEvents: false });
  try {
    const look = () => lookAt(chosen, servers, maxLagMs);
    if (watch) return await watchStatus(look, verbose, invocation);
    const { statuses, mismatch } = await look();
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
    // A server that hangs must not keep the answer from ending.
    await answered('postgres', servers.close(), 1_000).catch(() => undefined);
  }
};

interface Looked {
  readonly statuses: readonly ReadModelStatus[];
  readonly mismatch: BoundElsewhere | undefined;
}

async function lookAt(
  chosen: readonly Projection[],
  servers: OpenServers,
  maxLagMs: number,
): Promise<Looked> {
  const [mismatch, statuses] = await Promise.all([
    mismatchOf(chosen, servers),
    statusOf(servers, chosen, { maxLagMs, withinMs }),
  ]);
  return { mismatch, statuses };
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
  look: () => Promise<Looked>,
  verbose: boolean,
  invocation: Invocation,
): Promise<number> {
  const { signal, screen, stderr } = invocation;
  while (!signal.aborted) {
    try {
      const { statuses } = await look();
      screen?.write('\u001b[H\u001b[2J');
      show(statuses, verbose, invocation);
      if (!screen) invocation.stdout('\n');
    } catch (error) {
      if (!(error instanceof DependencyError)) throw error;
      stderr(`${error.message}\n`);
    }
    await delay(redrawMs, undefined, { signal }).catch(() => undefined);
  }
  return exitCodes.done;
}

/** Why every other verb refuses this configuration; undefined when none does, or a server that knows is away. */
async function mismatchOf(
  chosen: readonly Projection[],
  servers: OpenServers,
): Promise<BoundElsewhere | undefined> {
  try {
    await answered('kafka', servers.assertBound(chosen, false), withinMs + 1_000);
    return undefined;
  } catch (error) {
    if (error instanceof BoundElsewhere) return error;
    if (!(error instanceof DependencyError)) throw error;
    return undefined;
  }
}
