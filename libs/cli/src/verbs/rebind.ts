import { rebind, underLease, type Rebinding } from '@reprise/read-model-rebuild';
import { exitCodes } from '@reprise/runtime/commands';
import { eachProjection, printJson } from '../each-projection.ts';
import { readProjections } from '../line/projection-option.ts';
import { openUnbound } from '../servers/open-servers.ts';
import type { CommandRun } from '../verb.ts';

export const run: CommandRun = async (options, invocation) => {
  const projections = readProjections(options, invocation);
  const dryRun = options.dryRun('DRY_RUN');
  const json = options.flag('json');
  options.finish();
  const servers = await openUnbound(invocation, projections, { audited: !dryRun });
  try {
    const { results, exitCode } = await eachProjection(projections, invocation, async (projection) => {
      const own = servers.of(projection);
      const result = await underLease(own.registry, projection.name, (fence) =>
        rebind(projection, own, { fence, dryRun }),
      );
      if (!json) invocation.stdout(`${projection.name}: ${describe(result, dryRun)}\n`);
      return { result: { projection: projection.name, dryRun, ...result }, exitCode: exitCodes.done };
    });
    if (json) printJson(projections, results, invocation);
    return exitCode;
  } finally {
    await servers.close();
  }
};

function describe({ from, to, moved }: Rebinding, dryRun: boolean): string {
  if (!moved) return `belongs to ${placeOf(to)} already`;
  const was = from ? ` instead of ${placeOf(from)}` : '';
  return dryRun
    ? `would belong to ${placeOf(to)}${was}; nothing was changed (--mode APPLY does it)`
    : `belongs to ${placeOf(to)}${was} now; readers were not moved, a rebuild does that`;
}

function placeOf({ topic, clusterId, readers }: Rebinding['to']): string {
  return `topic "${topic}" on Kafka cluster ${clusterId ?? 'unknown'} with readers "${readers}"`;
}
