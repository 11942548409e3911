import { commandLine, exitCodes } from '@reprise/runtime/commands';
import { readProjections } from '../../line/projection-option.ts';
import { UsageError } from '../../line/usage-error.ts';
import { keptReceipt, receiptJson } from '../../report/receipt/receipt-json.ts';
import { describeReceipt } from '../../report/receipt/receipt-text.ts';
import { jsonText } from '../../report/text.ts';
import { openUnbound } from '../../servers/open-servers.ts';
import type { CommandRun } from '../../verb.ts';
import { projectionOf } from './list.ts';

export const run: CommandRun = async (options, invocation, [runId, ...more]) => {
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
};

function unknown(wanted: string): UsageError {
  return new UsageError(`There is no receipt of ${wanted}. See: ${commandLine.listReceipts()}`);
}
