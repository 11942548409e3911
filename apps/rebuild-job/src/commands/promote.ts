import { exitCodes, promoteByName, RebuildError } from '@reprise/read-model-rebuild';
import { findProjection } from '@reprise/read-model-projections';
import { openServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const promoteCommand: Verb = {
  name: 'promote',
  description: 'Catches a generation that passed the gate up with the live one and switches readers to it.',
  options: [
    ['--generation <name>', 'name or uuid of the generation (required)'],
    ['--json', 'print the cutover as one JSON document on stdout'],
  ],
  examples: ['rebuild-job promote --generation product_search_v1_20261121_030000_0a1b2c3d'],
  async run(options, invocation) {
    const wanted = options.text('generation');
    if (wanted === undefined)
      options.problem('--generation is required: see `rebuild-job status` for the names');
    const json = options.flag('json');
    options.finish();
    const servers = await openServers(invocation.env);
    try {
      const generation = await servers.registry.findGeneration(wanted!);
      const projection = generation && findProjection(generation.projection);
      if (!generation || !projection) {
        throw new RebuildError(
          'USAGE',
          `There is no generation "${wanted}". Nothing was changed. See \`rebuild-job status\`.`,
        );
      }
      const cutover = await promoteByName(generation, projection, servers.of(projection), invocation.signal);
      invocation.stdout(
        json
          ? `${JSON.stringify({ projection: projection.name, ...cutover }, null, 2)}\n`
          : `${projection.name}: ${cutover.alias} switched from ${cutover.from ?? 'nothing'} to ${cutover.to}\n`,
      );
      return exitCodes.done;
    } finally {
      await servers.close();
    }
  },
};
