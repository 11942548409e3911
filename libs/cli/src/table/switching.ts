import type { Verb } from '../verb.ts';
import { contextOption, gateOptions, whichOptions } from './options.ts';

/** What moves readers, and what is kept of earlier generations. */
export const switching: readonly Verb[] = [
  {
    name: 'promote',
    description:
      'Puts a generation through the gate again, catches it up with the live one and switches readers to it.',
    options: [
      ['--generation <name>', 'name or uuid of the generation (required)'],
      contextOption,
      ...gateOptions,
      ['--json', 'print cutover and gate as one JSON document on stdout'],
    ],
    examples: ['promote --generation NAME', 'promote --generation NAME --max-shrink 0.5 --deep'],
    load: () => import('../verbs/promote.ts'),
  },
  {
    name: 'rollback',
    description: 'Switches readers back to the generation they used before, which has been kept fed.',
    options: [
      ['--projection <name>', 'the projection to roll back, or all (required)'],
      ...whichOptions,
      ['--again', 'may also go to a later generation, which readers left in an earlier rollback'],
      ['--to <name>', 'name of the standby generation to go to'],
      ['--json', 'print the cutover as one JSON document on stdout'],
    ],
    examples: ['rollback --projection NAME', 'rollback --projection all --json'],
    load: () => import('../verbs/rollback.ts'),
  },
];

/** What is done about runs, old generations and the registry. */
export const tending: readonly Verb[] = [
  {
    name: 'cancel',
    description: 'Asks the running rebuild of a projection to finish its batch, save and stop.',
    options: [
      ['--projection <name>', 'the projection whose run to stop, or all (required)'],
      ...whichOptions,
      ['--json', 'print which run was asked to stop as one JSON document on stdout'],
    ],
    examples: ['cancel --projection NAME'],
    load: () => import('../verbs/cancel.ts'),
  },
  {
    name: 'prune',
    description:
      'Deletes generations nobody reads: failed and abandoned ones, retired and unpromoted ones beyond the last N.',
    options: [
      ['--projection <name>', 'the projection to clean up, or all (required)'],
      ...whichOptions,
      ['--keep <n>', 'newest retired generations to keep, and as many never promoted (default 1)'],
      ['--standby-hours <hours>', 'hours to keep a standby generation after the cutover (default 24)'],
      ['--dry-run', 'only say what would be deleted'],
      ['--mode <mode>', 'APPLY, or DRY_RUN: the same as --dry-run (default APPLY)'],
      ['--json', 'print what was deleted and kept as one JSON document on stdout'],
    ],
    examples: ['prune --projection all --dry-run', 'prune --projection NAME --keep 2'],
    load: () => import('../verbs/prune.ts'),
  },
  {
    name: 'rebind',
    description:
      'Binds the registry to the configured Kafka cluster, topic and alias, after a deliberate move.',
    options: [
      ['--projection <name>', 'the projection to rebind, or all (required)'],
      ...whichOptions,
      ['--mode <mode>', 'APPLY moves it, DRY_RUN only says what would change (default DRY_RUN)'],
      ['--dry-run', 'the same as --mode DRY_RUN'],
      ['--json', 'print the old and the new binding as one JSON document on stdout'],
    ],
    examples: ['rebind --projection all', 'rebind --projection all --mode APPLY'],
    load: () => import('../verbs/rebind.ts'),
  },
];
