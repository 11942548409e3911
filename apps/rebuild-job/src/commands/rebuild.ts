import { setTimeout as delay } from 'node:timers/promises';
import type { Projection } from '@reprise/read-model-projections';
import { rebuildReadModel, replayOntoLive, type Receipt } from '@reprise/read-model-rebuild';
import { idsHelp } from '../aggregate-ids.ts';
import { signalExitCodes } from '../command-errors.ts';
import { eachProjection, printJson } from '../each-projection.ts';
import { gateOptions } from '../gate-options.ts';
import type { OptionReader } from '../option-reader.ts';
import { receiptJson } from '../report/receipt-json.ts';
import { describeReceipt } from '../report/receipt-text.ts';
import { progressReporter } from '../report/progress-line.ts';
import { contextOption } from '../projection-option.ts';
import { openServers, type OpenServers } from '../servers.ts';
import type { Invocation, Verb, VerbOption } from '../verb.ts';
import { readRequest, type RebuildRequest } from './rebuild-request.ts';

const headed = (heading: string, options: readonly VerbOption[]): VerbOption[] =>
  options.map(([flags, description]) => [flags, description, heading]);

const rebuildOptions: readonly VerbOption[] = [
  ...headed('What is rebuilt:', [
    ['--projection <name>', 'the projection to rebuild, or all (required)'],
    contextOption,
    ['--source <source>', 'kafka, event-store or auto (default kafka)'],
    ['--until-ts <moment>', 'leave out later events: a generation as of then, promoted by its name only'],
  ]),
  ...headed('Try it first:', [
    ['--dry-run', 'replay everything and write nothing'],
    ['--mode <mode>', 'APPLY, or DRY_RUN: the same as --dry-run (default APPLY)'],
    ['--diff', 'with --dry-run: list what would change against the live generation'],
    ['--diff-limit <n>', 'documents listed per kind of change (default 20)'],
  ]),
  ...headed('The gate, and readers:', [
    ['--no-promote', 'build and prove the generation, but leave readers where they are'],
    ...gateOptions,
  ]),
  ...headed('Interruptions:', [
    ['--resume', 'resume the interrupted run, or fail if that is not possible'],
    ['--restart', 'abandon an interrupted run and start over'],
    ['--checkpoint-events <n>', 'save a half-read partition after so many of its events (default: adaptive)'],
    [
      '--checkpoint-seconds <s>',
      'and after this many seconds (default of both: adaptive, about 5 % overhead)',
    ],
    [
      '--work-directory <path>',
      'where they are saved, and records beyond the memory (default: the system’s)',
    ],
  ]),
  ...headed('Speed and memory:', [
    ['--memory <bytes>', 'memory the process stays within, as in 512mb (default 512mb)'],
    ['--workers <n>', 'threads that read and fold partitions in parallel (default 1)'],
    ['--batch-size <documents>', 'documents written at a time (default 200; grows automatically)'],
    ['--max-events-per-second <n>', 'limit the read rate to protect shared servers (0 = no limit)'],
    ['--shard <i/n>', 'build part i of n (from 0) of one generation; the last part to be built finishes it'],
    ['--shard-job <id>', 'names the job these parts belong to: started again after its end, it does nothing'],
  ]),
  ...headed('A part of the log, applied again to the live generation (builds nothing):', [
    ['--from-ts <moment>', 'events from this moment on'],
    ['--from-event-id <id>', 'events from this one on'],
    ['--aggregate-id <ids...>', idsHelp('only events of these aggregates')],
    ['--max-events <n>', 'at most so many events (0 = no limit)'],
  ]),
  ...headed('Output:', [
    ['--progress <how>', 'json writes progress as JSON lines to stderr (default auto)'],
    ['--json', 'print the receipt as one JSON document on stdout'],
  ]),
];

export const rebuildCommand: Verb = {
  name: 'rebuild',
  description: 'Replays the event log into a new generation, proves it complete and switches readers to it.',
  options: rebuildOptions,
  examples: [
    'rebuild --projection product_search',
    'rebuild --projection all --dry-run',
    'rebuild --projection product_search --dry-run --diff',
    'rebuild --projection product_search --no-promote --json',
    'rebuild --projection product_search --shard 0/4',
    'rebuild --projection product_search --deep --canary canaries.json',
    'rebuild --projection product_search --until-ts 2026-11-21T03:00:00Z',
    'rebuild --projection product_search --from-ts 2026-11-21T03:00:00Z',
  ],
  run: rebuild,
};

async function rebuild(options: OptionReader, invocation: Invocation): Promise<number> {
  const request = readRequest(options, invocation);
  const servers = await openServers(invocation, {
    projections: request.projections,
    changes: request.mode === 'APPLY',
  });
  try {
    const { results, exitCode } = await eachProjection(
      request.projections,
      invocation,
      async (projection) => {
        const { receipt, exitCode: code } = await rebuildOne(projection, request, servers, invocation);
        if (!request.json) invocation.stdout(`${describeReceipt(receipt)}\n`);
        return { result: receiptJson(receipt), exitCode: code };
      },
    );
    if (request.json) printJson(request.projections, results, invocation);
    return exitCode;
  } finally {
    await servers.close();
  }
}

async function rebuildOne(
  projection: Projection,
  request: RebuildRequest,
  servers: OpenServers,
  invocation: Invocation,
): Promise<{ receipt: Receipt; exitCode: number }> {
  const { signal, received, interactive } = invocation;
  const style = request.progress === 'json' ? 'json' : interactive ? 'live' : 'lines';
  const reporter = progressReporter(projection.name, invocation, style);
  const unheard = servers.faults.listen(reporter.notice);
  const control = {
    signal,
    onProgress: reporter.show,
    progressIntervalMs: reporter.intervalMs,
    onNotice: reporter.notice,
    ...(request.workDirectory !== undefined && { workDirectory: request.workDirectory }),
    latestFault: servers.faults.latest,
  };
  const work = request.part
    ? replayOntoLive({ ...request, projection }, request.part, servers.of(projection), control)
    : rebuildReadModel({ ...request, projection }, servers.of(projection), control);
  const { receipt, ending } = await work.finally(() => {
    unheard();
    reporter.finish();
  });
  // Aborted work may leave its answer under way; a tick lets it be read before the servers are closed.
  await delay(0);
  const bySignal = ending.outcome === 'cancelled' && received();
  return { receipt, exitCode: bySignal ? signalExitCodes[bySignal] : ending.exitCode };
}
