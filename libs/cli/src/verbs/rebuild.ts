import type { Projection } from '@reprise/read-model-projections';
import { rebuildReadModel, replayOntoLive, type Receipt } from '@reprise/read-model-rebuild';
import { signalExitCodes } from '../cancellation.ts';
import { eachProjection, printJson } from '../each-projection.ts';
import { receiptJson } from '../report/receipt/receipt-json.ts';
import { describeReceipt } from '../report/receipt/receipt-text.ts';
import { openServers, type OpenServers } from '../servers/open-servers.ts';
import type { CommandRun, Invocation } from '../verb.ts';
import { readRequest, type RebuildRequest } from './rebuild-request.ts';
import { reported } from './reported.ts';

export const run: CommandRun = async (options, invocation) => {
  const request = readRequest(options, invocation);
  const servers = await openServers(invocation, {
    projections: request.projections,
    changes: request.mode === 'APPLY',
  });
  try {
    const chosen = request.ifMissing
      ? await withoutReaders(request.projections, servers.registry, invocation)
      : request.projections;
    const { results, exitCode } = await eachProjection(chosen, invocation, async (projection) => {
      const { receipt, exitCode: code } = await rebuildOne(projection, request, servers, invocation);
      if (!request.json) invocation.stdout(`${describeReceipt(receipt)}\n`);
      return { result: receiptJson(receipt), exitCode: code };
    });
    if (request.json) printJson(request.projections, results, invocation);
    return exitCode;
  } finally {
    await servers.close();
  }
};

/** Those that readers have no generation of; the others are named on stderr. */
async function withoutReaders(
  projections: readonly Projection[],
  registry: OpenServers['registry'],
  { stderr }: Invocation,
): Promise<readonly Projection[]> {
  const missing: Projection[] = [];
  for (const projection of projections) {
    const [live] = await registry.listGenerations({ projection: projection.name, states: ['LIVE'] });
    if (live) stderr(`${projection.name}: readers are on ${live.name}, and nothing was built\n`);
    else missing.push(projection);
  }
  return missing;
}

async function rebuildOne(
  projection: Projection,
  request: RebuildRequest,
  servers: OpenServers,
  invocation: Invocation,
): Promise<{ receipt: Receipt; exitCode: number }> {
  const { part } = request;
  const own = { ...request, projection };
  const { receipt, ending } = await reported(projection, request, servers, invocation, (control) =>
    part
      ? replayOntoLive(own, part, servers.of(projection), control)
      : rebuildReadModel(own, servers.of(projection), control),
  );
  const bySignal = ending.outcome === 'cancelled' && invocation.received();
  return { receipt, exitCode: bySignal ? signalExitCodes[bySignal] : ending.exitCode };
}
