import { setTimeout as delay } from 'node:timers/promises';
import type { Projection } from '@reprise/read-model-projections';
import {
  defaultGateLimits,
  exitCodes,
  rebuildReadModel,
  type Receipt,
  type RebuildOptions,
} from '@reprise/read-model-rebuild';
import type { OptionReader } from '../option-reader.ts';
import { readProjections } from '../projection-option.ts';
import { describeReceipt } from '../report/receipt-text.ts';
import { progressReporter } from '../report/progress-line.ts';
import { openServers, type OpenServers } from '../servers.ts';
import type { Invocation, Verb } from '../verb.ts';

export const rebuildCommand: Verb = {
  name: 'rebuild',
  description: 'Replays the event log into a new generation, proves it complete and switches readers to it.',
  options: [
    ['--projection <name>', 'the projection to rebuild, or all (required)'],
    ['--mode <mode>', 'APPLY builds and switches, DRY_RUN replays and writes nothing (default APPLY)'],
    ['--source <source>', 'kafka, event-store or auto (default kafka)'],
    ['--batch-size <documents>', 'documents written at a time (default 200; grows by itself)'],
    ['--memory <bytes>', 'memory the process stays within, as in 512mb (default 512mb)'],
    ['--resume', 'go on with the interrupted run, or fail if that is not possible'],
    ['--restart', 'give an interrupted run up and begin anew'],
    ['--no-promote', 'build and prove the generation, but leave readers where they are'],
    [
      '--max-shrink <share>',
      'share of live documents that may be missing in the new generation (default 0.1)',
    ],
    ['--poison-budget <events>', 'poison events to tolerate (default 0)'],
    ['--allow-empty', 'promote a generation without documents'],
    ['--json', 'print the receipt as one JSON document on stdout'],
  ],
  examples: [
    'rebuild-job rebuild --projection product_search',
    'rebuild-job rebuild --projection all --mode DRY_RUN',
    'rebuild-job rebuild --projection product_search --no-promote --json',
  ],
  run: rebuild,
};

interface RebuildRequest extends Omit<RebuildOptions, 'projection'> {
  readonly projections: readonly Projection[];
  readonly json: boolean;
}

async function rebuild(options: OptionReader, invocation: Invocation): Promise<number> {
  const request = readRequest(options);
  const servers = await openServers(invocation.env);
  try {
    const receipts: Receipt[] = [];
    const codes: number[] = [];
    for (const projection of request.projections) {
      if (invocation.signal.aborted) break;
      const { receipt, exitCode } = await rebuildOne(projection, request, servers, invocation);
      receipts.push(receipt);
      codes.push(exitCode);
      if (!request.json) invocation.stdout(`${describeReceipt(receipt)}\n`);
    }
    const single = request.projections.length === 1 ? receipts[0] : undefined;
    if (request.json) invocation.stdout(`${JSON.stringify(single ?? receipts, null, 2)}\n`);
    return codes.find((code) => code !== exitCodes.done) ?? exitCodes.done;
  } finally {
    await servers.close();
  }
}

async function rebuildOne(
  projection: Projection,
  request: RebuildRequest,
  servers: OpenServers,
  { signal, received, stderr, interactive }: Invocation,
): Promise<{ receipt: Receipt; exitCode: number }> {
  const reporter = progressReporter(projection.name, stderr, interactive);
  const { receipt, ending } = await rebuildReadModel({ ...request, projection }, servers.of(projection), {
    signal,
    onProgress: reporter.show,
    progressIntervalMs: reporter.intervalMs,
    onNotice: reporter.notice,
  });
  reporter.finish();
  // Aborted work may leave its answer under way; a tick lets it be read before the servers are closed.
  await delay(0);
  const bySignal = ending.outcome === 'cancelled' && received();
  return { receipt, exitCode: bySignal ? { SIGINT: 130, SIGTERM: 143 }[bySignal] : ending.exitCode };
}

function readRequest(options: OptionReader): RebuildRequest {
  if (options.flag('resume') && options.flag('restart'))
    options.problem('--resume and --restart exclude each other');
  const request: RebuildRequest = {
    projections: readProjections(options),
    mode: options.oneOf('mode', ['APPLY', 'DRY_RUN'], 'APPLY'),
    source: options.oneOf('source', ['kafka', 'event-store', 'auto'], 'kafka'),
    promote: !options.isOff('promote'),
    resume: options.flag('resume') ? 'resume' : options.flag('restart') ? 'restart' : 'auto',
    batchSize: options.wholeNumber('batchSize', 1, 200),
    memoryBytes: options.bytes('memory', 256 << 20, 512 << 20),
    gate: {
      poisonBudget: options.wholeNumber('poisonBudget', 0, defaultGateLimits.poisonBudget),
      maxShrink: options.share('maxShrink', defaultGateLimits.maxShrink),
      allowEmpty: options.flag('allowEmpty'),
    },
    json: options.flag('json'),
  };
  options.finish();
  return request;
}
