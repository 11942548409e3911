import type { Run } from '@reprise/read-model-indices';
import type { Receipt } from '@reprise/read-model-rebuild';
import { exitCodes } from '@reprise/runtime/commands';
import { readProjections } from '../../line/projection-option.ts';
import { jsonText } from '../../report/text.ts';
import { openUnbound } from '../../servers/open-servers.ts';
import type { CommandRun } from '../../verb.ts';

/** A run as one entry of the list, without its receipt. */
const entryOf = ({
  runId,
  projection,
  mode,
  source,
  state,
  outcome,
  exitCode,
  startedAt,
  endedAt,
  receipt,
}: Run) => ({
  ...{ runId, projection, mode, source, state, outcome, exitCode, startedAt, endedAt },
  generation: (receipt as Receipt | null)?.generation?.name ?? null,
});

export const run: CommandRun = async (options, invocation) => {
  const { stdout } = invocation;
  const projection = projectionOf(
    options.text('projection') === undefined ? [] : readProjections(options, invocation),
  );
  const limit = options.wholeNumber('limit', 1, 20);
  const json = options.flag('json');
  options.finish();
  const servers = await openUnbound(invocation, []);
  try {
    const runs = await servers.registry.listRuns({ ...projection, withReceipt: true, limit });
    const entries = runs.map(entryOf);
    if (json) stdout(`${jsonText(entries, 2)}\n`);
    else for (const entry of entries) stdout(`${lineOf(entry)}\n`);
    if (!json && entries.length === 0) stdout('No receipts.\n');
    return exitCodes.done;
  } finally {
    await servers.close();
  }
};

/** `all` and none are every projection. */
export function projectionOf(chosen: readonly { readonly name: string }[]): { readonly projection?: string } {
  return chosen.length === 1 ? { projection: chosen[0]!.name } : {};
}

function lineOf({ runId, projection, outcome, startedAt, generation }: ReturnType<typeof entryOf>): string {
  return `${runId}  ${startedAt.toISOString()}  ${projection}  ${outcome ?? 'unknown'}${generation === null ? '' : `  ${generation}`}`;
}
