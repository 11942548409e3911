import { setTimeout as delay } from 'node:timers/promises';
import type { Projection } from '@reprise/read-model-projections';
import {
  defaultGateLimits,
  exitCodes,
  rebuildReadModel,
  replayOntoLive,
  type Receipt,
  type RebuildOptions,
  type ReplayFilter,
} from '@reprise/read-model-rebuild';
import { describeError, exitCodeFor, isOfShutdown, signalExitCodes } from '../command-errors.ts';
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
    ['--workers <n>', 'threads that read and fold partitions beside each other (default 1)'],
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
    ['--from-ts <moment>', 'apply events from this moment on again to the live generation; builds nothing'],
    ['--from-event-id <id>', 'the same from this event on'],
    ['--aggregate-id <ids>', 'the same for these products only (comma-separated)'],
    ['--max-events <n>', 'the same for at most so many events (0 = no limit)'],
    ['--json', 'print the receipt as one JSON document on stdout'],
  ],
  examples: [
    'rebuild-job rebuild --projection product_search',
    'rebuild-job rebuild --projection all --mode DRY_RUN',
    'rebuild-job rebuild --projection product_search --no-promote --json',
    'rebuild-job rebuild --projection product_search --from-ts 2026-11-21T03:00:00Z',
  ],
  run: rebuild,
};

interface RebuildRequest extends Omit<RebuildOptions, 'projection'> {
  readonly projections: readonly Projection[];
  readonly json: boolean;
  /** Given: a part of the log is applied to the live generation, and nothing is built. */
  readonly part: ReplayFilter | undefined;
}

async function rebuild(options: OptionReader, invocation: Invocation): Promise<number> {
  const request = readRequest(options);
  const servers = await openServers(invocation.env);
  try {
    const receipts: (Receipt | FailedRun)[] = [];
    const codes: number[] = [];
    for (const projection of request.projections) {
      // What has not been begun when the signal comes is not done, whatever came of the others.
      if (invocation.signal.aborted) {
        codes.push(exitCodeBy(invocation));
        break;
      }
      const { receipt, exitCode } = await rebuildOne(projection, request, servers, invocation).catch(
        (error: unknown) => withoutReceipt(projection, error, invocation),
      );
      receipts.push(receipt);
      codes.push(exitCode);
      if (!request.json && 'runId' in receipt) invocation.stdout(`${describeReceipt(receipt)}\n`);
    }
    const single = request.projections.length === 1 ? receipts[0] : undefined;
    if (request.json) invocation.stdout(`${JSON.stringify(single ?? receipts, null, 2)}\n`);
    return codes.find((code) => code !== exitCodes.done) ?? exitCodes.done;
  } finally {
    await servers.close();
  }
}

/** What `--json` shows of a run that ended before it had a receipt. */
interface FailedRun {
  readonly projection: string;
  readonly outcome: 'failed' | 'cancelled';
  readonly exitCode: number;
  readonly message: string;
}

/** One projection that could not be begun does not stop the others. */
function withoutReceipt(
  { name: projection }: Projection,
  error: unknown,
  invocation: Invocation,
): { receipt: FailedRun; exitCode: number } {
  const isCancelled = isOfShutdown(error, invocation.signal);
  const message = isCancelled ? 'It was stopped by a signal; readers were not moved.' : describeError(error);
  invocation.stderr(`${projection}: ${message}\n`);
  const outcome = isCancelled ? 'cancelled' : 'failed';
  const exitCode = isCancelled ? exitCodeBy(invocation) : exitCodeFor(error);
  return { receipt: { projection, outcome, exitCode, message }, exitCode };
}

function exitCodeBy({ received }: Invocation): number {
  return signalExitCodes[received() ?? 'SIGINT'];
}

async function rebuildOne(
  projection: Projection,
  request: RebuildRequest,
  servers: OpenServers,
  { signal, received, stderr, interactive }: Invocation,
): Promise<{ receipt: Receipt; exitCode: number }> {
  const reporter = progressReporter(projection.name, stderr, interactive);
  const control = {
    signal,
    onProgress: reporter.show,
    progressIntervalMs: reporter.intervalMs,
    onNotice: reporter.notice,
  };
  const { receipt, ending } = request.part
    ? await replayOntoLive({ ...request, projection }, request.part, servers.of(projection), control)
    : await rebuildReadModel({ ...request, projection }, servers.of(projection), control);
  reporter.finish();
  // Aborted work may leave its answer under way; a tick lets it be read before the servers are closed.
  await delay(0);
  const bySignal = ending.outcome === 'cancelled' && received();
  return { receipt, exitCode: bySignal ? signalExitCodes[bySignal] : ending.exitCode };
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
    workers: options.wholeNumber('workers', 1, 1),
    memoryBytes: options.bytes('memory', 256 << 20, 512 << 20),
    gate: {
      poisonBudget: options.wholeNumber('poisonBudget', 0, defaultGateLimits.poisonBudget),
      maxShrink: options.share('maxShrink', defaultGateLimits.maxShrink),
      allowEmpty: options.flag('allowEmpty'),
    },
    json: options.flag('json'),
    part: readPart(options),
  };
  options.finish();
  return request;
}

/** A part of the log, when one of its options is given; it builds nothing, so options of a build do not go with it. */
function readPart(options: OptionReader): ReplayFilter | undefined {
  const fromTime = options.moment('fromTs');
  const fromEventId = options.text('fromEventId');
  const aggregateIds = options.text('aggregateId')?.split(',');
  const maxEvents = options.wholeNumber('maxEvents', 0, 0);
  if (fromTime && fromEventId) options.problem('--from-ts and --from-event-id exclude each other');
  const isPart =
    options.text('fromTs') ?? fromEventId ?? aggregateIds ?? (maxEvents > 0 ? 'limited' : undefined);
  if (isPart === undefined) return undefined;
  for (const name of ['resume', 'restart', 'allowEmpty']) {
    if (options.flag(name)) options.problem(`--${name} belongs to a whole rebuild, not to a part of the log`);
  }
  if (options.text('source') === 'event-store') options.problem('a part of the log is read from Kafka only');
  return {
    ...(fromTime && { fromTime }),
    ...(fromEventId !== undefined && { fromEventId }),
    ...(aggregateIds && { aggregateIds }),
    maxEvents,
  };
}
