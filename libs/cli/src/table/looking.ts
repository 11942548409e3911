import type { Verb, VerbGroup } from '../verb.ts';
import { idsHelp, whichOptions } from './options.ts';

/** What compares read models with the log, and repairs single documents. */
export const comparing: readonly Verb[] = [
  {
    name: 'verify',
    description:
      'Compares what readers get with the fold of the log, and says whether they lack events; changes no document.',
    options: [
      ['--projection <name>', 'the projection to verify, or all (required)'],
      ...whichOptions,
      ['--aggregate-id <ids...>', idsHelp('only these aggregates')],
      ['--all', 'all aggregates (default)'],
      ['--deep', 'compare the content of every document, not only where digests differ'],
      ['--repair', 'put every differing document into the repair queue'],
      ['--source <source>', 'kafka or event-store: where to read the log (default kafka)'],
      ['--max-lag <seconds>', 'age of the oldest event readers may lack (default 30)'],
      ['--max-events-per-second <n>', 'maximum events and documents read per second (default 0: no limit)'],
      ['--limit <n>', 'documents listed per kind of difference (default 20)'],
      ['--memory <bytes>', 'memory limit (default 512mb)'],
      ['--report <form>', 'table or json (default table)'],
      ['--json', 'the same as --report json'],
    ],
    examples: [
      'verify --projection all',
      'verify --projection NAME --deep --report json',
      'verify --projection NAME --repair',
    ],
    load: () => import('../verbs/verify.ts'),
  },
  {
    name: 'repair',
    description:
      'Rebuilds the documents of single aggregates from the event store, or drains the repair queue.',
    options: [
      ['--projection <name>', 'the projection to repair, or all (required)'],
      ...whichOptions,
      ['--aggregate-id <ids...>', idsHelp('repair these aggregates now')],
      ['--all', 'drain the queue now, including waiting and abandoned tasks, and name what fails'],
      ['--status', 'show the queue'],
      ['--limit <n>', 'tasks listed by --status (default 20)'],
      ['--json', 'print one JSON document on stdout'],
    ],
    examples: [
      'repair --projection NAME --aggregate-id 0193a000-0000-7000-8000-000000000001',
      'repair --projection all --all',
      'repair --projection all --status --json',
    ],
    load: () => import('../verbs/repair.ts'),
  },
];

export const status: Verb = {
  name: 'status',
  description:
    'Says whether readers get everything in the log, what to do if not, and lists generations and runs.',
  options: [
    ['--projection <name>', 'one projection (default all)'],
    ...whichOptions,
    ['--check', 'exit with 2 unless every verdict is OK'],
    ['--max-lag <seconds>', 'age of the oldest event readers may lack (default 30)'],
    ['--watch', 'refresh every 2 s until ^C'],
    ['--console <url>', 'ask this console, with the key in REPRISE_API_KEY, instead of the servers'],
    ['--verbose', 'also show positions, old generations and run ids'],
    ['--json', 'print one JSON document on stdout'],
  ],
  examples: [
    'status',
    'status --check --projection NAME --json',
    'status --console https://operations.example.com',
  ],
  needsNoContexts: { with: 'console' },
  load: () => import('../verbs/status.ts'),
};

export const audit: Verb = {
  name: 'audit',
  description: 'Lists what operators attempted to change and the outcome, newest first; changes nothing.',
  options: [
    ['--verb <name>', 'only this verb, such as rollback or "dlq discard"'],
    ['--by <name>', 'only attempts by this user, REPRISE_ACTOR, key:ID or sub:SUBJECT'],
    ['--since <moment>', 'only attempts since then'],
    ['--open', 'only attempts without an outcome: running, or killed'],
    ['--failed', 'only attempts that did not exit with 0'],
    ['--limit <n>', 'at most this many, up to 1000 (default 20)'],
    ['--json', 'print one JSON array on stdout'],
  ],
  examples: ['audit', 'audit --verb rollback --since 2026-11-21T00:00:00Z', 'audit --failed --json'],
  load: () => import('../verbs/audit.ts'),
};

export const receipts: VerbGroup = {
  name: 'receipts',
  description: 'Receipts of earlier runs.',
  verbs: [
    {
      name: 'list',
      description: 'Lists the runs that left a receipt, newest first.',
      options: [
        ['--projection <name>', 'only runs of this projection (default all)'],
        ['--limit <n>', 'at most this many (default 20)'],
        ['--json', 'print one JSON array on stdout'],
      ],
      examples: ['receipts list', 'receipts list --projection NAME --limit 5 --json'],
      load: () => import('../verbs/receipts/list.ts'),
    },
    {
      name: 'show',
      operands: '[run]',
      description: 'Shows the receipt of a run, or the newest one of a projection.',
      options: [
        ['--projection <name>', 'the newest receipt of this projection, instead of a run'],
        ['--json', 'print the receipt as one JSON document on stdout'],
      ],
      examples: [
        'receipts show 0b0f3c2e-6c1f-4a53-9c0e-8d1f6f2a7b10',
        'receipts show --projection NAME --json',
      ],
      load: () => import('../verbs/receipts/show.ts'),
    },
  ],
};
