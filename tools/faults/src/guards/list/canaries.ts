import type { Guard } from '../guard.ts';

const canaries = 'apps/projection-consumer/src/canary.e2e.spec.ts';
const rebuild = 'libs/read_model/rebuild/src';
const ofContract = 'libs/events/src/canary/canary.unit.spec.ts';
const tables = 'libs/testing/src/store/postgres-store.int.spec.ts';
const indices = 'libs/read_model/elasticsearch/src/generation-store.int.spec.ts';
const gone = 'canaries go with their generation';

/** What keeps the canaries among the events from being anything that a user has. */
export const canaryGuards: readonly Guard[] = [
  {
    id: 'canaries-are-fed-to-no-projection',
    promise: 'G3',
    what: 'the live feed passes no canary to a projection',
    file: 'libs/read_model/feed/src/feed/decode-batch.ts',
    text: '(isCanary(decoded.event) ? canaries : events)',
    without: '(isCanary(decoded.event) ? events : events)',
    specs: [
      {
        file: 'libs/read_model/feed/src/feed/live-feed.unit.spec.ts',
        titles: ['feeds no projection a canary'],
      },
    ],
  },
  {
    id: 'canaries-are-in-no-fold',
    promise: 'G3',
    what: 'canaries are in no fold or count of a rebuild, plan or verify',
    file: `${rebuild}/fold/fold-table.ts`,
    text: 'return void this.tally.canaries++;',
    without: 'this.tally.canaries++;',
    specs: [
      { file: `${rebuild}/fold/fold-table.unit.spec.ts`, titles: ['counts canaries apart'] },
      { file: canaries, titles: ['are in no receipt', 'are in no comparison'] },
    ],
  },
  {
    id: 'canaries-are-no-rows-of-a-snapshot',
    promise: 'G3',
    what: 'the gate counts no canary among the rows of an event store',
    file: `${rebuild}/gate/judge-generation.ts`,
    text: 'Number(inSnapshot) - canaries',
    without: 'Number(inSnapshot)',
    specs: [{ file: `${rebuild}/gate/gate.unit.spec.ts`, titles: ['canaries are no rows'] }],
  },
  {
    id: 'canaries-are-in-no-part-of-the-log',
    promise: 'G3',
    what: 'applying a part of the log skips canaries',
    file: `${rebuild}/partial-replay/replay-onto-live.ts`,
    text: '    if (decoded.ok && isCanary(decoded.event)) continue;\n',
    without: '',
    specs: [
      {
        file: `${rebuild}/partial-replay/replay-onto-live.int.spec.ts`,
        titles: ['changes nothing in a dry run'],
      },
    ],
  },
  {
    id: 'canaries-of-readers-alone',
    promise: 'G3',
    what: "marks are kept only beside the readers' generation",
    file: 'libs/read_model/live/src/canaries/canary-watch.ts',
    text: "generation.state !== 'LIVE' || ",
    without: '',
    specs: [
      {
        file: 'libs/read_model/live/src/canaries/canary-watch.unit.spec.ts',
        titles: ['is not looked for in a generation that readers do not use'],
      },
    ],
  },
  {
    id: 'canaries-in-a-hidden-index',
    promise: 'G3',
    what: 'no search over a pattern of index names finds canaries',
    file: 'libs/read_model/elasticsearch/src/documents/canaries.ts',
    text: '      hidden: true,\n',
    without: '',
    specs: [{ file: canaries, titles: ['are documents of nobody'] }],
  },
  {
    id: 'canaries-go-with-an-index',
    promise: 'G3',
    what: 'the index of canaries is deleted with its generation',
    file: 'libs/read_model/elasticsearch/src/generation-store.ts',
    text: '[name, canaryIndexOf(name)]',
    without: '[name]',
    specs: [{ file: indices, titles: [gone] }],
  },
  {
    id: 'canaries-go-with-a-table',
    promise: 'G3',
    what: 'the rows of canaries are deleted with their table',
    file: 'libs/read_model/indices/src/postgres/generation-store.ts',
    text: "          await client.query('DELETE FROM registry.canaries WHERE generation = $1', [name]);\n",
    without: '',
    specs: [{ file: tables, titles: [gone] }],
  },
  {
    id: 'no-canaries-beside-a-dropped-table',
    promise: 'G3',
    what: 'no canary is written once the table is dropped',
    file: 'libs/read_model/indices/src/postgres/canaries.ts',
    text: 'NOT EXISTS (SELECT FROM ${tableOf(name)} LIMIT 0)',
    without: 'NOT EXISTS (SELECT 1 WHERE false)',
    specs: [{ file: tables, titles: [gone] }],
  },
  {
    id: 'names-of-canaries-are-reserved',
    promise: 'G3',
    what: 'no contract declares an aggregate or event with the name of canaries',
    file: 'libs/events/src/contract/define-events.ts',
    text: '.some((name) => name.startsWith(reservedPrefix))',
    without: '.some((name) => name === reservedPrefix)',
    specs: [{ file: ofContract, titles: ['has a name that no contract may declare'] }],
  },
  {
    id: 'canaries-carry-nothing',
    promise: 'G3',
    what: 'a canary has no data',
    file: 'libs/events/src/canary/canary.ts',
    text: ', maxProperties: 0',
    without: '',
    specs: [{ file: ofContract, titles: ['says nothing, and is refused when it does'] }],
  },
  {
    id: 'canaries-are-no-sample-data',
    promise: 'G3',
    what: 'nothing waits for canaries to become searchable as documents',
    file: 'tools/sample/src/pipeline/pipeline-state.ts',
    text: " WHERE aggregate_type <> '${canaryAggregateType}'",
    without: '',
    specs: [
      { file: 'tools/sample/src/prepare-log.e2e.spec.ts', titles: ['fills an empty log through the API'] },
    ],
  },
];
