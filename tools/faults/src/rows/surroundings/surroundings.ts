import type { Row } from '../../row.ts';

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
        file: 'libs/read_model/rebuild/src/rebuild/odd-sessions.int.spec.ts',
        titles: ['set for the', 'an event store whose policy hides rows'],
      },
      { file: 'apps/product-api/src/write-sessions.int.spec.ts', titles: ['set for the'] },
    ],
  },
  {
    id: 'B21',
    title: 'Nobody reads the output of a run',
    inject: 'stdout and stderr closed, or on a full device, while it builds',
    expect: 'promoted, exit 0; refusals keep their codes',
    invariants: ['I12'],
    kind: 'spec',
    specs: [
      {
        file: 'apps/rebuild-job/src/closed-outputs.e2e.spec.ts',
        titles: ['changes neither what a run does nor its code'],
      },
      { file: 'libs/runtime/src/process/processes.int.spec.ts', titles: ['can be lost to'] },
    ],
  },
  {
    id: 'V1c',
    title: 'Products are named that nobody knows',
    inject: 'ids with a typing error, and with white space around them',
    expect: 'the known ones are done, the others named, exit 2',
    invariants: ['I12'],
    kind: 'spec',
    specs: [
      {
        file: 'apps/rebuild-job/src/verify-repair.e2e.spec.ts',
        titles: ['names products that nobody knows'],
      },
    ],
  },
];
