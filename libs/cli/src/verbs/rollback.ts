import { rollBackReadModel } from '@reprise/read-model-rebuild';
import { exitCodes } from '@reprise/runtime/commands';
import { eachProjection, printJson } from '../each-projection.ts';
import { readProjections } from '../line/projection-option.ts';
import { openServers } from '../servers/open-servers.ts';
import type { CommandRun } from '../verb.ts';

export const run: CommandRun = async (options, invocation) => {
  const projections = readProjections(options, invocation);
  const json = options.flag('json');
  const again = options.flag('again');
  const to = options.text('to');
  if (to !== undefined && projections.length > 1)
    options.problem('--to names a generation of one projection: give that one with --projection');
  options.finish();
  const servers = await openServers(invocation, { projections, changes: true });
  try {
    const { results, exitCode } = await eachProjection(projections, invocation, async (projection) => {
      const cutover = await rollBackReadModel(projection, servers.of(projection), {
        again,
        ...(to !== undefined && { to }),
        signal: invocation.signal,
        onNotice: (line) => invocation.stderr(`${line}\n`),
      });
      // What is asked for explicitly may be a later one.
      const way = again || to !== undefined ? 'switched' : 'switched back';
      if (!json)
        invocation.stdout(
          `${projection.name}: ${cutover.alias} ${way} from ${cutover.from ?? 'nothing'} to ${cutover.to}\n`,
        );
      return { result: { projection: projection.name, ...cutover }, exitCode: exitCodes.done };
    });
    if (json) printJson(projections, results, invocation);
    return exitCode;
  } finally {
    await servers.close();
  }
};
