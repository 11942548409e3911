import { hostname } from 'node:os';
import type { Projection } from '@reprise/read-model-projections';
import { drainQueue, repairNamed } from '@reprise/read-model-repair';
import { exitCodes } from '@reprise/runtime/commands';
import { describeError } from '../command-errors.ts';
import { eachProjection, printJson, type ProjectionResult } from '../each-projection.ts';
import { readProjections } from '../line/projection-option.ts';
import {
  describeQueue,
  describeRepairs,
  describeWorkOff,
  type RepairReport,
  type WorkOffReport,
} from '../report/repair-text.ts';
import { openServers, type OpenServers } from '../servers/open-servers.ts';
import type { CommandRun } from '../verb.ts';

type Work = (
  projection: Projection,
  servers: OpenServers,
  signal: AbortSignal,
) => Promise<ProjectionResult<object>>;

export const run: CommandRun = async (options, invocation) => {
  const projections = readProjections(options, invocation);
  const aggregateIds = options.ids('aggregateId');
  const limit = options.wholeNumber('limit', 0, 20);
  const json = options.flag('json');
  const asked = [aggregateIds !== undefined, options.flag('all'), options.flag('status')];
  if (asked.filter(Boolean).length !== 1)
    options.problem('one of --aggregate-id, --all and --status is required, and only one');
  options.finish();
  const print = (text: string) => (json ? undefined : invocation.stdout(`${text}\n`));
  const work: Work = options.flag('status')
    ? (projection, servers) => showQueue(projection, servers, limit, print)
    : options.flag('all')
      ? (projection, servers, signal) => workOff(projection, servers, signal, print)
      : (projection, servers, signal) => repairNow(projection, servers, aggregateIds ?? [], signal, print);
  const servers = await openServers(invocation, { projections, changes: !options.flag('status') });
  try {
    const { results, exitCode } = await eachProjection(projections, invocation, (projection) =>
      work(projection, servers, invocation.signal),
    );
    if (json) printJson(projections, results, invocation);
    return exitCode;
  } finally {
    await servers.close();
  }
};

async function repairNow(
  projection: Projection,
  servers: OpenServers,
  aggregateIds: readonly string[],
  signal: AbortSignal,
  print: (text: string) => void,
): Promise<ProjectionResult<RepairReport>> {
  const repaired = await repairNamed(servers.onDemand(projection), aggregateIds, signal);
  const failures = repaired.failures.map(({ aggregateId, error }) => ({
    aggregateId,
    error: describeError(error),
  }));
  const report = { projection: projection.name, ...repaired, failures };
  print(describeRepairs(report));
  return {
    result: report,
    exitCode: failures.length + report.unknown.length > 0 ? exitCodes.refused : exitCodes.done,
  };
}

async function workOff(
  projection: Projection,
  servers: OpenServers,
  signal: AbortSignal,
  print: (text: string) => void,
): Promise<ProjectionResult<WorkOffReport>> {
  const holder = `rebuild-job repair on ${hostname()} pid ${process.pid}`;
  const drained = await drainQueue(servers.onDemand(projection), holder, signal);
  const report = { projection: projection.name, ...drained };
  print(describeWorkOff(report));
  return { result: report, exitCode: report.failures.length > 0 ? exitCodes.refused : exitCodes.done };
}

async function showQueue(
  { name: projection }: Projection,
  { repairs }: OpenServers,
  limit: number,
  print: (text: string) => void,
): Promise<ProjectionResult<object>> {
  const counts = await repairs.counts([projection]);
  const tasks = await repairs.list({ projections: [projection], limit });
  const status = { projection, ...counts, tasks };
  print(describeQueue(status));
  return { result: status, exitCode: exitCodes.done };
}
