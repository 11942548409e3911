import type { Row } from '../row.ts';

/** What surrounds a process: the preferences of its servers, who reads its output, and what was typed to start it. */
export const surroundingRows: readonly Row[] = [
  {
    id: 'B20',
    title: 'Database and role prefer odd session settings',
    inject: 'other formats, isolation, limits and row policies as defaults of database or role',
    expect: 'same digest, same listing, same pruning; rows that a policy hides are an error',
    invariants: ['I5', 'I10', 'I12'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/read_model/rebuild/src/run/odd-sessions.int.spec.ts',
        titles: ['set for the', 'an event store whose policy hides rows'],
      },
      { file: 'apps/product-api/src/write-sessions.int.spec.ts', titles: ['set for the'] },
    ],
  },
];
