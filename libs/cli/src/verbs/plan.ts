import type { Projection } from '@reprise/read-model-projections';
import { planRebuild, type Plan } from '@reprise/read-model-rebuild';
import { exitCodeBySignal } from '../cancellation.ts';
import { eachProjection, printJson } from '../each-projection.ts';
import { describePlan } from '../report/receipt/plan-text.ts';
import { openServers, type OpenServers } from '../servers/open-servers.ts';
import type { CommandRun, Invocation } from '../verb.ts';
import { readRequest, type RebuildRequest } from './rebuild-request.ts';
import { reported } from './reported.ts';

export const run: CommandRun = async (options, invocation) => {
  const request = readRequest(options, invocation, 'DRY_RUN');
  const { projections } = request;
  const servers = await openServers(invocation, { projections, changes: false });
  try {
    const { results, exitCode } = await eachProjection(projections, invocation, async (projection) => {
      const plan = await planOne(projection, request, servers, invocation);
      if (!request.json) invocation.stdout(`${describePlan(plan)}\n`);
      const stopped = plan.verdict === 'cancelled' && invocation.received() !== undefined;
      return { result: plan, exitCode: stopped ? exitCodeBySignal(invocation) : plan.exitCode };
    });
    if (request.json) printJson(projections, results, invocation);
    return exitCode;
  } finally {
    await servers.close();
  }
};

function planOne(
  projection: Projection,
  request: RebuildRequest,
  servers: OpenServers,
  invocation: Invocation,
): Promise<Plan> {
  return reported(projection, request, servers, invocation, (control) =>
    planRebuild({ ...request, projection }, servers.of(projection), control),
  );
}
