import { exitCodes } from '@reprise/read-model-rebuild';
import { readProjections } from '../projection-option.ts';
import { openServers, type OpenServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const cancelCommand: Verb = {
  name: 'cancel',
  description: 'Asks the running rebuild of a projection to finish its batch, save and stop.',
  options: [['--projection <name>', 'the projection whose run is to stop, or all (required)']],
  examples: ['rebuild-job cancel --projection product_search'],
  async run(options, invocation) {
    const projections = readProjections(options);
    options.finish();
    const servers = await openServers(invocation, { projections, changes: false });
    try {
      for (const { name } of projections) invocation.stdout(`${name}: ${await cancel(name, servers)}\n`);
      return exitCodes.done;
    } finally {
      await servers.close();
    }
  },
};

async function cancel(projection: string, { registry }: OpenServers): Promise<string> {
  const run = await registry.requestCancel(projection);
  if (!run) return 'no run is at work';
  const atWork = await registry.heldLeases(projection);
  if (!atWork.some(({ runId }) => runId === run.runId))
    return `run ${run.runId} is lost (process ${run.pid} on ${run.host} is gone), so nothing has to stop; the next rebuild goes on with it`;
  const asked = run.shard === null ? `run ${run.runId} was` : 'every shard at work was';
  return `${asked} asked to stop; it ends within seconds and can be resumed`;
}
