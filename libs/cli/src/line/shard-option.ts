import type { Shard } from '@reprise/read-model-rebuild';
import type { OptionReader } from './option-reader.ts';

/**
 * The part of a rebuild this process builds: `--shard`, else what Kubernetes sets for the processes of an Indexed Job
 * (`JOB_COMPLETION_INDEX`, which it sets, and `JOB_COMPLETIONS`, which the manifest sets). Undefined: the whole.
 */
export function readShard(options: OptionReader, env: NodeJS.ProcessEnv): Shard | undefined {
  const given = options.text('shard');
  const { JOB_COMPLETION_INDEX: index, JOB_COMPLETIONS: completions } = env;
  const job = options.text('shardJob') ?? (env['SHARD_JOB'] || undefined);
  const text = given ?? (index && completions ? `${index}/${completions}` : undefined);
  if (text === undefined) {
    if (options.text('shardJob') !== undefined) options.problem('--shard-job goes with --shard only');
    return undefined;
  }
  const name = given === undefined ? 'JOB_COMPLETION_INDEX/JOB_COMPLETIONS' : '--shard';
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const shard = { index: Number(match?.[1]), of: Number(match?.[2]), job };
  if (match && shard.index < shard.of) {
    refuseOthers(options, name, shard);
    return shard;
  }
  options.problem(`${name} must be i/n with i from 0 to n-1, as in 0/4, not "${text}"`);
  return undefined;
}

/** What does not go with a part of a rebuild. */
function refuseOthers(options: OptionReader, name: string, { job }: Shard): void {
  const without = name === '--shard' ? 'leave --shard out' : 'unset these variables';
  if (options.text('mode') === 'DRY_RUN') options.problem(`${name}: a dry run is not divided; ${without}`);
  if (options.text('source') === 'event-store')
    options.problem(`${name}: the event store is read in one snapshot and not divided; ${without}`);
  for (const part of ['fromTs', 'fromEventId', 'aggregateId', 'maxEvents'])
    if (options.isGiven(part)) {
      options.problem(`${name} builds a generation, a part of the log is applied by one process; ${without}`);
      break;
    }
  if (options.flag('restart') && job === undefined) {
    options.problem(
      `--restart with ${name} needs --shard-job, so that a restarted shard does not abandon what the others built`,
    );
  }
}
