import { exitCodes } from '@reprise/read-model-rebuild';
import { commandLine } from '@reprise/runtime/commands';
import { printJson } from '../each-projection.ts';
import { readProjections } from '../projection-option.ts';
import { openServers, type OpenServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const cancelCommand: Verb = {
  name: 'cancel',
  description: 'Asks the running rebuild of a projection to finish its batch, save and stop.',
  options: [
    ['--projection <name>', 'the projection whose run is to stop, or all (required)'],
    ['--json', 'print what was asked of which run as one JSON document on stdout'],
  ],
  examples: ['cancel --projection product_search'],
  async run(options, invocation) {
    const projections = readProjections(options);
    const json = options.flag('json');
    options.finish();
    const servers = await openServers(invocation, { projections, changes: false });
    try {
      const results = [];
      for (const { name } of projections) {
        const result = { projection: name, ...(await cancel(name, servers)) };
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

interface Cancelled {
  readonly runId: string | null;
  readonly outcome: 'asked' | 'lost' | 'none';
  readonly message: string;
}

async function cancel(projection: string, { registry }: OpenServers): Promise<Cancelled> {
  const run = await registry.requestCancel(projection);
  if (!run) return { runId: null, outcome: 'none', message: 'no run is in progress' };
  const { runId } = run;
  const atWork = await registry.heldLeases(projection);
  if (!atWork.some((lease) => lease.runId === runId)) {
    const message = `run ${runId} is lost (process ${run.pid} on ${run.host} is gone), so nothing has to stop, and what it saved is kept. Resume it: ${commandLine.rebuild(projection)}; or go back: ${commandLine.rollback(projection)}`;
    return { runId, outcome: 'lost', message };
  }
  const asked = run.shard === null ? `run ${runId} was` : 'every running shard was';
  const message = `${asked} asked to stop; it saves what it has done and ends within seconds, and readers stay where they are. Then resume it: ${commandLine.rebuild(projection)}; or go back: ${commandLine.rollback(projection)}`;
  return { runId, outcome: 'asked', message };
}
