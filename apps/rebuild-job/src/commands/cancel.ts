import { cancelRun, exitCodes } from '@reprise/read-model-rebuild';
import { printJson } from '../each-projection.ts';
import { contextOption, readProjections } from '../projection-option.ts';
import { openServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const cancelCommand: Verb = {
  name: 'cancel',
  description: 'Asks the running rebuild of a projection to finish its batch, save and stop.',
  options: [
    ['--projection <name>', 'the projection whose run is to stop, or all (required)'],
    contextOption,
    ['--json', 'print what was asked of which run as one JSON document on stdout'],
  ],
  examples: ['cancel --projection product_search'],
  async run(options, invocation) {
    const projections = readProjections(options, invocation);
    const json = options.flag('json');
    options.finish();
    const servers = await openServers(invocation, { projections, changes: false });
    try {
      const results = [];
      for (const { name } of projections) {
        const result = { projection: name, ...(await cancelRun(name, servers.registry)) };
        if (!json) invocation.stdout(`${name}: ${result.message}\n`);
        results.push(result);
      }
      if (json) printJson(projections, results, invocation);
      return exitCodes.done;
    } finally {
      await servers.close();
    }
  },
};
