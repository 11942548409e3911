import { commandLine } from '@reprise/runtime/commands';
import { statSync } from 'node:fs';
import type { Projection } from '@reprise/read-model-projections';
import { leastMemoryBytes, type RebuildOptions, type ReplayFilter } from '@reprise/read-model-rebuild';
import { readCanaryOption, readGateLimits } from '../line/gate-options.ts';
import { optionOf, type OptionReader } from '../line/option-reader.ts';
import { readProjections } from '../line/projection-option.ts';
import { readShard } from '../line/shard-option.ts';
import type { Invocation } from '../verb.ts';

/** What the verb `rebuild` was asked to do. */
export interface RebuildRequest extends Omit<RebuildOptions, 'projection'> {
  readonly projections: readonly Projection[];
  readonly json: boolean;
  /** Only read models that readers have no generation of. */
  readonly ifMissing: boolean;
  /** Undefined: the system's directory for temporary files. */
  readonly workDirectory: string | undefined;
  /** `json`: progress as JSON lines on stderr. */
  readonly progress: 'auto' | 'json';
  /** Given: a part of the log is applied to the live generation, and nothing is built. */
  readonly part: ReplayFilter | undefined;
}

/**
 * Reads and checks the options of `rebuild` or `plan`, all of them before anything is said.
 * @param fallback what is done unless `--mode` or `--dry-run` says so
 * @throws UsageError with everything that is wrong
 */
export function readRequest(
  options: OptionReader,
  invocation: Pick<Invocation, 'env' | 'contexts' | 'declaredIn'>,
  fallback: RebuildRequest['mode'] = 'APPLY',
): RebuildRequest {
  const { env } = invocation;
  const projections = readProjections(options, invocation);
  const untilTime = readUntil(options);
  const request: RebuildRequest = {
    projections,
    mode: options.dryRun(fallback) ? 'DRY_RUN' : 'APPLY',
    source: options.oneOf('source', ['kafka', 'event-store', 'auto'], 'kafka'),
    promote: !options.isOff('promote'),
    resume: options.flag('resume') ? 'resume' : options.flag('restart') ? 'restart' : 'auto',
    shard: readShard(options, env),
    batchSize: options.wholeNumber('batchSize', 1, 200),
    ...readResources(options),
    projectionModule: invocation.declaredIn,
    ...readCheckpoints(options),
    workDirectory: readWorkDirectory(options, env),
    maxEventsPerSecond: options.wholeNumber('maxEventsPerSecond', 0, 0),
    gate: readGateLimits(options),
    requireFeeder: options.flag('requireFeeder'),
    deep: options.flag('deep'),
    canaries: readCanaryOption(options, projections, env),
    ...(untilTime && { untilTime }),
    ...(options.flag('diff') && { diffLimit: options.wholeNumber('diffLimit', 0, 20) }),
    progress: options.oneOf('progress', ['auto', 'json'], 'auto'),
    json: options.flag('json'),
    ifMissing: options.flag('ifMissing'),
    part: readPart(options),
  };
  refuseWhatDoesNotGoTogether(options, request);
  options.finish();
  return request;
}

/** Threads and memory; each thread takes its part of the memory before it holds a document. */
function readResources(options: OptionReader): Pick<RebuildOptions, 'workers' | 'memoryBytes'> {
  const workers = options.wholeNumber('workers', 1, 1);
  const memoryBytes = options.bytes('memory', 384 << 20, 512 << 20);
  const least = leastMemoryBytes(workers);
  if (memoryBytes < least)
    options.problem(`--workers ${workers} needs a --memory of at least ${Math.ceil(least / (1 << 20))}mb`);
  return { workers, memoryBytes };
}

function readCheckpoints(
  options: OptionReader,
): Pick<RebuildOptions, 'checkpointEvents' | 'checkpointSeconds'> {
  return {
    ...(options.isGiven('checkpointEvents') && {
      checkpointEvents: options.wholeNumber('checkpointEvents', 1, 1),
    }),
    ...(options.isGiven('checkpointSeconds') && {
      checkpointSeconds: options.wholeNumber('checkpointSeconds', 1, 1),
    }),
  };
}

function readWorkDirectory(options: OptionReader, env: NodeJS.ProcessEnv): string | undefined {
  const path = options.path('workDirectory', env);
  if (path === undefined) return undefined;
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    options.problem(`--work-directory ${path} is not a directory`);
  return path;
}

function readUntil(options: OptionReader): Date | undefined {
  const moment = options.moment('untilTs');
  if (moment && moment.getTime() < 0)
    options.problem(`--until-ts ${moment.toISOString()} lies before 1970 (UTC): there would be nothing left`);
  if (moment && moment.getTime() > Date.now())
    options.problem(`--until-ts ${moment.toISOString()} lies in the future: there is nothing to leave out`);
  return moment;
}

function refuseWhatDoesNotGoTogether(
  options: OptionReader,
  { mode, source, part }: Pick<RebuildRequest, 'mode' | 'source' | 'part'>,
): void {
  if (options.flag('resume') && options.flag('restart'))
    options.problem('--resume and --restart exclude each other');
  if (options.flag('resume') && source === 'event-store')
    options.problem(
      '--resume needs a source that can be read again later: a snapshot of the event store cannot',
    );
  if (mode === 'DRY_RUN') {
    for (const name of ['resume', 'restart', 'deep', 'canary', 'requireFeeder'])
      if (options.isGiven(name))
        options.problem(`${optionOf(name)} needs a generation, and a dry run builds none`);
  } else if (options.flag('diff')) {
    options.problem(`--diff belongs to --dry-run: after a real run use ${commandLine.verify('all')}`);
  }
  if (options.isGiven('diffLimit') && !options.flag('diff'))
    options.problem('--diff-limit belongs to --diff');
  if (!part) return;
  for (const name of ofWholeRebuilds) {
    if (options.isGiven(name))
      options.problem(`${optionOf(name)} belongs to a whole rebuild, not to a part of the log`);
  }
  if (source === 'event-store') options.problem('a part of the log is read from Kafka only');
}

const ofWholeRebuilds = [
  'resume',
  'restart',
  'allowEmpty',
  'maxShrink',
  'poisonBudget',
  'deep',
  'canary',
  'untilTs',
  'diff',
  'ifMissing',
];

/** A part of the log, when one of its options is given; it builds nothing, so options of a build do not go with it. */
function readPart(options: OptionReader): ReplayFilter | undefined {
  const fromTime = options.moment('fromTs');
  if (fromTime && fromTime.getTime() > Date.now())
    options.problem(`--from-ts ${fromTime.toISOString()} lies in the future: there is nothing to apply yet`);
  const fromEventId = options.text('fromEventId');
  const aggregateIds = options.ids('aggregateId');
  const maxEvents = options.wholeNumber('maxEvents', 0, 0);
  if (fromTime && fromEventId) options.problem('--from-ts and --from-event-id exclude each other');
  const isPart =
    options.text('fromTs') ?? fromEventId ?? aggregateIds ?? (maxEvents > 0 ? 'limited' : undefined);
  if (isPart === undefined) return undefined;
  return {
    ...(fromTime && { fromTime }),
    ...(fromEventId !== undefined && { fromEventId }),
    ...(aggregateIds && { aggregateIds }),
    maxEvents,
  };
}
