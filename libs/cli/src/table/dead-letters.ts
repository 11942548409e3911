import type { VerbGroup, VerbOption } from '../verb.ts';
import { contextOption, whichOptions } from './options.ts';

/** What dead letters are filtered by. `--type` is the type of aggregates, as everywhere. */
const letterFilters: readonly VerbOption[] = [
  ['--event-type <type>', 'only letters with this event type'],
  ['--error <reason>', 'only letters with this reason, such as unknown-type or waits-behind'],
  ['--aggregate-id <id>', 'only letters of this aggregate'],
  ['--up-to <places>', 'only letters before these places, which a dry run prints'],
];

/** What says which open letters are meant, where they are not named. */
const openLetters: readonly VerbOption[] = [['--all', 'every open dead letter'], ...letterFilters];
const openLettersNote =
  'Give ids, or --all, or filters: without ids, only open letters that match all filters are selected.';

export const deadLetters: VerbGroup = {
  name: 'dlq',
  description: 'Dead letters: events that could not be applied, and those that wait behind them.',
  verbs: [
    {
      name: 'list',
      description: 'Lists dead letters in the order they were set aside, with their state.',
      options: [
        ['--projection <name>', 'judge by the live generation of this projection only (default all)'],
        ...whichOptions,
        ...letterFilters,
        ['--state <state>', 'open, resolved, discarded or all (default all)'],
        ['--limit <n>', 'at most this many letters (default 100)'],
        ['--json', 'print one JSON array on stdout'],
      ],
      examples: [
        'dlq list --state open',
        'dlq list --aggregate-id 0190b0c4-1f6e-7c3a-9c1e-2f4a6b8c0d1e',
        'dlq list --event-type order.priced.v2 --error unknown-type --limit 20 --json',
      ],
      load: () => import('../verbs/dlq/list.ts'),
    },
    {
      name: 'show',
      operands: '[ids...]',
      description:
        'Shows dead letters in full: headers, payload, state, what was done with them and what to do.',
      options: [
        ['--projection <name>', 'judge by the live generation of this projection only (default all)'],
        ...whichOptions,
        ['--verbose', 'show the whole payload, not only the first 2000 characters'],
        ['--json', 'print one JSON array on stdout, with the unchanged payload as text'],
      ],
      examples: ['dlq show orders.events:3:1042', 'dlq show orders.events:3:1042 --json'],
      load: () => import('../verbs/dlq/show.ts'),
    },
    {
      name: 'redrive',
      operands: '[ids...]',
      description:
        'Applies dead letters to the read models under the version guard, and releases, in order, those that wait behind.',
      options: [
        ...openLetters,
        ['--projection <name>', 'only into this projection (default all)'],
        ...whichOptions,
        ['--max-events-per-second <n>', 'at most this many events per second; 0 = no limit (default 200)'],
        ['--dry-run', 'only show what would happen'],
        ['--json', 'print one JSON document on stdout'],
      ],
      notes: openLettersNote,
      examples: [
        'dlq redrive orders.events:3:1042 --dry-run',
        'dlq redrive orders.events:3:1042',
        'dlq redrive --all --max-events-per-second 50',
        'dlq redrive --event-type order.priced.v2 --error unknown-type --dry-run',
        'dlq redrive --aggregate-id 0190b0c4-1f6e-7c3a-9c1e-2f4a6b8c0d1e --json',
      ],
      load: () => import('../verbs/dlq/redrive.ts'),
    },
    {
      name: 'discard',
      operands: '[ids...]',
      description:
        'Discards dead letters, on record: rebuilds skip their records. Letters that wait behind are applied if the version rule allows it.',
      options: [
        ...openLetters,
        contextOption,
        ['--reason <text>', 'why, for the record (required)'],
        ['--dry-run', 'only show what would be discarded'],
        ['--json', 'print one JSON document on stdout'],
      ],
      notes: openLettersNote,
      examples: [
        'dlq discard orders.events:3:1042 --reason "sent by the load test of 21 November"',
        'dlq discard --event-type order.tested.v1 --error unknown-type --reason "sent by a load test" --dry-run',
      ],
      load: () => import('../verbs/dlq/discard.ts'),
    },
  ],
};
