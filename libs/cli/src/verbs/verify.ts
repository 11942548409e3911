import { recordVerification, verifyReadModel } from '@reprise/read-model-rebuild';
import { RepairRequests } from '@reprise/read-model-repair';
import { defaultMaxLagMs } from '@reprise/read-model-status';
import { exitCodes } from '@reprise/runtime/commands';
import { eachProjection, printJson } from '../each-projection.ts';
import { readProjections } from '../line/projection-option.ts';
import { describeVerification, type VerificationReport } from '../report/verify-text.ts';
import { openServers } from '../servers/open-servers.ts';
import type { CommandRun } from '../verb.ts';

export const run: CommandRun = async (options, invocation) => {
  const projections = readProjections(options, invocation);
  const aggregateIds = options.ids('aggregateId');
  if (aggregateIds && options.flag('all')) options.problem('--aggregate-id and --all do not go together');
  const source = options.oneOf('source', ['kafka', 'event-store'], 'kafka');
  const settings = {
    source,
    deep: options.flag('deep'),
    maxLagMs: 1_000 * options.wholeNumber('maxLag', 0, defaultMaxLagMs / 1_000),
    rate: options.wholeNumber('maxEventsPerSecond', 0, 0),
    limit: options.wholeNumber('limit', 0, 20),
    memoryBytes: options.bytes('memory', 384 << 20, 512 << 20),
    ...(aggregateIds && { aggregateIds }),
  };
  const json = options.oneOf('report', ['table', 'json'], 'table') === 'json' || options.flag('json');
  const repair = options.flag('repair');
  options.finish();
  const servers = await openServers(invocation, { projections, changes: false, audited: repair });
  try {
    const { results, exitCode } = await eachProjection(projections, invocation, async (projection) => {
      const requests = repair ? new RepairRequests(servers.repairs, projection) : undefined;
      const compared = await verifyReadModel(
        { projection, ...settings, ...(requests && { onDrift: (drift) => requests.take(drift) }) },
        servers.of(projection),
        invocation.signal,
      );
      const report = aggregateIds ? compared : await recordVerification(servers.registry, compared);
      const result: VerificationReport = { ...report, repair: requests?.result ?? null };
      if (!json) invocation.stdout(`${describeVerification(result)}\n`);
      return { result, exitCode: report.clean ? exitCodes.done : exitCodes.refused };
    });
    if (json) printJson(projections, results, invocation);
    return exitCode;
  } finally {
    await servers.close();
  }
};
