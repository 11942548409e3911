import { exitCodes } from '@reprise/read-model-rebuild';
import { readProjections } from '../projection-option.ts';
import { openServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const cancelCommand: Verb = {
  name: 'cancel',
  description: 'Asks the running rebuild of a projection to finish its batch, save and stop.',
  options: [['--projection <name>', 'the projection whose run is to stop, or all (required)']],
  examples: ['rebuild-job cancel --projection product_search'],
  async run(options, invocation) {
    const projections = readProjections(options);
    options.finish();
    const servers = await openServers(invocation.env);
    try {
      for (const { name } of projections) {
        const run = await servers.registry.requestCancel(name);
        invocation.stdout(
          run
            ? `${name}: ${run.shard === null ? `run ${run.runId} was` : 'every shard at work was'} asked to stop; it ends within seconds and can be resumed\n`
            : `${name}: no run is at work\n`,
        );
      }
      return exitCodes.done;
    } finally {
      await servers.close();
    }
  },
};
