import { exitCodes, verifyReadModel } from '@reprise/read-model-rebuild';
import { RepairRequests } from '@reprise/read-model-repair';
import { defaultMaxLagMs } from '@reprise/read-model-status';
import { idsHelp } from '../aggregate-ids.ts';
import { eachProjection, printJson } from '../each-projection.ts';
import { contextOption, readProjections } from '../projection-option.ts';
import { describeVerification, type VerificationReport } from '../report/verify-text.ts';
import { openServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

export const verifyCommand: Verb = {
  name: 'verify',
  description:
    'Compares what readers are served with the fold of the log, and says whether they lack events; changes no document.',
  options: [
    ['--projection <name>', 'the projection to verify, or all (required)'],
    contextOption,
    ['--aggregate-id <ids...>', idsHelp('only these aggregates')],
    ['--all', 'all aggregates (default)'],
    ['--deep', 'compare the content of every document, not only where digests differ'],
    ['--repair', 'put every document that drifts into the repair queue'],
    ['--source <source>', 'kafka or event-store: where the log is read (default kafka)'],
    ['--max-lag <seconds>', 'age of the oldest event readers may lack (default 30)'],
    ['--max-events-per-second <n>', 'events and documents read per second at most (default 0: no limit)'],
    ['--limit <n>', 'documents listed per kind of difference (default 20)'],
    ['--memory <bytes>', 'memory to stay within (default 512mb)'],
    ['--report <form>', 'table or json (default table)'],
    ['--json', 'the same as --report json'],
  ],
  examples: [
    'verify --projection all',
    'verify --projection product_search --deep --report json',
    'verify --projection product_search --repair',
  ],
  async run(options, invocation) {
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
    const servers = await openServers(invocation, { projections, changes: false });
    try {
      const { results, exitCode } = await eachProjection(projections, invocation, async (projection) => {
        const requests = repair ? new RepairRequests(servers.repairs, projection) : undefined;
        const report = await verifyReadModel(
          { projection, ...settings, ...(requests && { onDrift: (drift) => requests.take(drift) }) },
          servers.of(projection),
          invocation.signal,
        );
        const result: VerificationReport = { ...report, repair: requests?.result ?? null };
        if (!json) invocation.stdout(`${describeVerification(result)}\n`);
        return { result, exitCode: report.clean ? exitCodes.done : exitCodes.refused };
      });
      if (json) printJson(projections, results, invocation);
      return exitCode;
    } finally {
      await servers.close();
    }
  },
};
