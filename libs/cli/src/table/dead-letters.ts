import type { VerbGroup } from '../verb.ts';
import { contextOption, whichOptions } from './options.ts';

export const deadLetters: VerbGroup = {
  name: 'dlq',
  description: 'Dead letters: events that could not be applied, and those that wait behind them.',
  verbs: [
    {
      name: 'list',
      description: 'Lists dead letters in the order they were put aside, with what has become of them.',
      options: [
        ['--projection <name>', 'judge by the live generation of this projection only (default all)'],
        ...whichOptions,
        ['--aggregate-id <id>', 'only letters of this aggregate'],
        ['--reason <reason>', 'only letters with this reason, as in not-applicable or waits-behind'],
        ['--state <state>', 'open, resolved, discarded or all (default all)'],
        ['--limit <n>', 'at most this many letters (default 100)'],
        ['--json', 'print one JSON array on stdout'],
      ],
      examples: [
        'dlq list --state open',
        'dlq list --aggregate-id 0190b0c4-1f6e-7c3a-9c1e-2f4a6b8c0d1e',
        'dlq list --reason unknown-type --limit 20 --json',
      ],
      load: () => import('../verbs/dlq/list.ts'),
    },
    {
      name: 'show',
      operands: '[ids...]',
      description:
        'Shows dead letters whole: headers, payload, where it stands, what was done to it and what to do.',
      options: [
        ['--projection <name>', 'judge by the live generation of this projection only (default all)'],
        ...whichOptions,
        ['--verbose', 'show the whole payload, not only the first 2000 characters'],
        ['--json', 'print one JSON array on stdout; it holds the payload as it is, as text'],
      ],
      examples: ['dlq show orders.events:3:1042', 'dlq show orders.events:3:1042 --json'],
      load: () => import('../verbs/dlq/show.ts'),
    },
    {
      name: 'redrive',
      operands: '[ids...]',
      description:
        'Applies dead letters to the read models under the version guard, and releases in order what waits behind them.',
      options: [
        ['--all', 'every open dead letter, instead of ids'],
        ['--aggregate-id <id>', 'every open dead letter of this aggregate, instead of ids'],
        ['--projection <name>', 'only into this projection (default all)'],
        ...whichOptions,
        ['--max-events-per-second <n>', 'at most this many events per second; 0 = no limit (default 200)'],
        ['--dry-run', 'only show what would happen'],
        ['--json', 'print one JSON document on stdout'],
      ],
      examples: [
        'dlq redrive orders.events:3:1042 --dry-run',
        'dlq redrive orders.events:3:1042',
        'dlq redrive --all --max-events-per-second 50',
        'dlq redrive --aggregate-id 0190b0c4-1f6e-7c3a-9c1e-2f4a6b8c0d1e --json',
      ],
      load: () => import('../verbs/dlq/redrive.ts'),
    },
    {
      name: 'discard',
      operands: '[ids...]',
      description:
        'Discards dead letters, on record: rebuilds leave their records out. What waits behind is applied if the version rule allows it.',
      options: [
        contextOption,
        ['--reason <text>', 'why it is discarded, for the record (required)'],
        ['--json', 'print one JSON document on stdout'],
      ],
      examples: ['dlq discard orders.events:3:1042 --reason "sent by the load test of 21 November"'],
      load: () => import('../verbs/dlq/discard.ts'),
    },
  ],
};
