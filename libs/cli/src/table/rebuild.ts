import type { Verb, VerbOption } from '../verb.ts';
import { gateOptions, idsHelp, limitOptions, whichOptions } from './options.ts';

const headed = (heading: string, options: readonly VerbOption[]): VerbOption[] =>
  options.map(([flags, description]) => [flags, description, heading]);

const rebuildOptions: readonly VerbOption[] = [
  ...headed('What to rebuild:', [
    ['--projection <name>', 'the projection to rebuild, or all (required)'],
    ...whichOptions,
    ['--source <source>', 'kafka, event-store or auto (default kafka)'],
    ['--until-ts <moment>', 'leave out later events: a generation as of then, promoted only by name'],
    ['--if-missing', 'only read models without a generation for readers'],
  ]),
  ...headed('Trying it first:', [
    ['--dry-run', 'replay everything and write nothing'],
    ['--mode <mode>', 'APPLY, or DRY_RUN: the same as --dry-run (default APPLY)'],
    ['--diff', 'with --dry-run: list what would change in the live generation'],
    ['--diff-limit <n>', 'documents listed per kind of change (default 20)'],
  ]),
  ...headed('The gate, and readers:', [
    ['--no-promote', 'build and prove the generation, but leave readers where they are'],
    ...gateOptions,
  ]),
  ...headed('Interruptions:', [
    ['--resume', 'resume the interrupted run, or fail if that is impossible'],
    ['--restart', 'abandon an interrupted run and start over'],
    ['--checkpoint-events <n>', 'save a half-read partition after this many events (default: adaptive)'],
    [
      '--checkpoint-seconds <s>',
      'and after this many seconds (default of both: adaptive, about 5 % overhead)',
    ],
    ['--work-directory <path>', 'where to keep them and records beyond the memory (default: the system’s)'],
  ]),
  ...headed('Speed and memory:', [
    ['--memory <bytes>', 'memory limit of the process, such as 512mb (default 512mb)'],
    ['--workers <n>', 'threads that read and fold partitions in parallel (default 1)'],
    ['--batch-size <documents>', 'documents per write request (default 200; grows automatically)'],
    ['--max-events-per-second <n>', 'limit the read rate to protect shared servers (0 = no limit)'],
    ['--shard <i/n>', 'build part i of n (from 0) of one generation; the last part to be built finishes it'],
    ['--shard-job <id>', 'name of the job of these parts: a part started after its end does nothing'],
  ]),
  ...headed('A part of the log, applied again to the live generation (builds nothing):', [
    ['--from-ts <moment>', 'events from this moment on'],
    ['--from-event-id <id>', 'events from this one on'],
    ['--aggregate-id <ids...>', idsHelp('only events of these aggregates')],
    ['--max-events <n>', 'at most this many events (0 = no limit)'],
  ]),
  ...headed('Output:', [
    ['--progress <how>', 'json writes progress as JSON lines to stderr (default auto)'],
    ['--json', 'print the receipt as one JSON document on stdout'],
  ]),
];

export const rebuild: Verb = {
  name: 'rebuild',
  description: 'Replays the event log into a new generation, proves it complete and switches readers to it.',
  options: rebuildOptions,
  examples: [
    'rebuild --projection NAME',
    'rebuild --projection all --dry-run',
    'rebuild --projection NAME --dry-run --diff',
    'rebuild --projection NAME --no-promote --json',
    'rebuild --projection NAME --shard 0/4',
    'rebuild --projection NAME --deep --canary canaries.json',
    'rebuild --projection NAME --until-ts 2026-11-21T03:00:00Z',
    'rebuild --projection NAME --from-ts 2026-11-21T03:00:00Z',
  ],
  load: () => import('../verbs/rebuild.ts'),
};

export const plan: Verb = {
  name: 'plan',
  description: 'Predicts a rebuild: what would prevent it, unknown types, poison events, size and time.',
  options: [
    ['--projection <name>', 'the projection to plan for, or all (required)'],
    ...whichOptions,
    ['--source <source>', 'kafka, event-store or auto (default kafka)'],
    ['--until-ts <moment>', 'leave out later events'],
    ['--diff', 'list what would change in the live generation'],
    ['--diff-limit <n>', 'documents listed per kind of change (default 20)'],
    ...limitOptions,
    ['--memory <bytes>', 'memory limit of the process, such as 512mb (default 512mb)'],
    ['--max-events-per-second <n>', 'limit the read rate to protect shared servers (0 = no limit)'],
    ['--work-directory <path>', 'where to keep records beyond the memory (default: the system’s)'],
    ['--progress <how>', 'json writes progress as JSON lines to stderr (default auto)'],
    ['--json', 'print the plan as one JSON document on stdout'],
  ],
  notes: `It reads the whole log, writes nothing and needs no write access: Read and Describe on the topic, and SELECT on the
registry. It exits as the rebuild would.`,
  examples: ['plan --projection NAME', 'plan --projection all --json', 'plan --type NAME --diff'],
  load: () => import('../verbs/plan.ts'),
};
