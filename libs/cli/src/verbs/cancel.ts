import { cancelRun } from '@reprise/read-model-rebuild';
import { exitCodes } from '@reprise/runtime/commands';
import { printJson } from '../each-projection.ts';
import { readProjections } from '../line/projection-option.ts';
import { openServers } from '../servers/open-servers.ts';
import type { CommandRun } from '../verb.ts';

export const run: CommandRun = async (options, invocation) => {
  const projections = readProjections(options, invocation);
  const json = options.flag('json');
  options.finish();
  const servers = await openServers(invocation, { projections, changes: false, audited: true });
  try {
    const results = [];
    for (const { name } of projections) {
      const result = { projection: name, ...(await cancelRun(name, servers.registry)) };
      if (!json) invocation.stdout(`${name}: ${result.message}\n`);
      results.push(result);
      invocation.audit.report(result);
    }
    if (json) printJson(projections, results, invocation);
    return exitCodes.done;
  } finally {
    await servers.close();
  }
};
