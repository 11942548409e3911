import type { Run } from '@reprise/read-model-indices';
import { exitCodes, RebuildError, type Receipt } from '@reprise/read-model-rebuild';
import { commandLine } from '@reprise/runtime/commands';
import { readProjections } from '../projection-option.ts';
import { keptReceipt, receiptJson } from '../report/receipt-json.ts';
import { describeReceipt } from '../report/receipt-text.ts';
import { jsonText } from '../report/text.ts';
import { openUnbound } from '../servers.ts';
import type { Verb, VerbGroup } from '../verb.ts';

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

const listCommand: Verb = {
  name: 'list',
  description: 'Lists the runs that left a receipt, newest first.',
  options: [
    ['--projection <name>', 'only runs of this projection (default all)'],
    ['--limit <n>', 'at most so many (default 20)'],
    ['--json', 'print one JSON array on stdout'],
  ],
  examples: ['receipts list', 'receipts list --projection product_search --limit 5 --json'],
  async run(options, invocation) {
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
  },
};

const showCommand: Verb = {
  name: 'show',
  operands: '[run]',
  description: 'Shows the receipt of a run, or the newest one of a projection.',
  options: [
    ['--projection <name>', 'the newest receipt of this projection, instead of a run'],
    ['--json', 'print the receipt as one JSON document on stdout'],
  ],
  examples: [
    'receipts show 0b0f3c2e-6c1f-4a53-9c0e-8d1f6f2a7b10',
    'receipts show --projection product_search --json',
  ],
  async run(options, invocation, [runId, ...more]) {
    const { stdout } = invocation;
    const named = options.text('projection');
    const projection = projectionOf(named === undefined ? [] : readProjections(options, invocation));
    if (named === 'all') options.problem('--projection all has no newest receipt: name one projection');
    if ((runId === undefined) === (named === undefined) || more.length > 0)
      options.problem('name one run, or give --projection');
    const json = options.flag('json');
    options.finish();
    const servers = await openUnbound(invocation, []);
    try {
      const run =
        runId === undefined
          ? (await servers.registry.listRuns({ ...projection, withReceipt: true, limit: 1 }))[0]
          : await servers.registry.findRun(runId);
      if (!run?.receipt) throw unknown(runId ?? named!);
      const receipt = keptReceipt(run.receipt);
      stdout(json ? `${jsonText(receiptJson(receipt), 2)}\n` : `${describeReceipt(receipt)}\n`);
      return exitCodes.done;
    } finally {
      await servers.close();
    }
  },
};

export const receiptsCommands: VerbGroup = {
  name: 'receipts',
  description: 'Receipts of earlier runs.',
  verbs: [listCommand, showCommand],
};

/** `all` and none are every projection. */
function projectionOf(chosen: readonly { readonly name: string }[]): { readonly projection?: string } {
  return chosen.length === 1 ? { projection: chosen[0]!.name } : {};
}

function lineOf({ runId, projection, outcome, startedAt, generation }: ReturnType<typeof entryOf>): string {
  return `${runId}  ${startedAt.toISOString()}  ${projection}  ${outcome ?? 'unknown'}${generation === null ? '' : `  ${generation}`}`;
}

function unknown(wanted: string): RebuildError {
  return new RebuildError('USAGE', `There is no receipt of ${wanted}. See: ${commandLine.listReceipts()}`);
}
