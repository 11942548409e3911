import { exitCodes, rollBackReadModel } from '@reprise/read-model-rebuild';
import { eachProjection, printJson } from '../each-projection.ts';
import { contextOption, readProjections } from '../projection-option.ts';
import { openServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const rollbackCommand: Verb = {
  name: 'rollback',
  description: 'Switches readers back to the generation they used before, which has been kept fed.',
  options: [
    ['--projection <name>', 'the projection to roll back, or all (required)'],
    contextOption,
    ['--again', 'also go to a later generation, which an earlier rollback took readers off'],
    ['--to <name>', 'name of the generation on standby to go to'],
    ['--json', 'print the cutover as one JSON document on stdout'],
  ],
  examples: ['rollback --projection product_search', 'rollback --projection all --json'],
  async run(options, invocation) {
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
        if (!json)
          invocation.stdout(
            `${projection.name}: ${cutover.alias} switched back from ${cutover.from ?? 'nothing'} to ${cutover.to}\n`,
          );
        return { result: { projection: projection.name, ...cutover }, exitCode: exitCodes.done };
      });
      if (json) printJson(projections, results, invocation);
      return exitCode;
    } finally {
      await servers.close();
    }
  },
};
