import type { Guard } from '../guard.ts';

const rebuild = 'libs/read_model/rebuild/src';
const feed = 'libs/read_model/feed/src';
const repair = 'libs/read_model/repair/src';
const boundRebuild = `${rebuild}/rebuild/positions-are-bound.int.spec.ts`;
const boundFeed = `${feed}/feed/positions-are-bound.int.spec.ts`;
const letters = `${feed}/dead-letters/letters-by-position.int.spec.ts`;
const fromLog = `${repair}/repair-from-log.int.spec.ts`;

/** What keeps versions that are positions to the log they are positions in. */
export const positionGuards: readonly Guard[] = [
  {
    id: 'partitions-of-positions',
    promise: 'G3',
    what: 'where versions are positions, a generation is used only with the partition count it was built from',
    file: 'libs/read_model/indices/src/binding/same-log.ts',
    text: ' && partitions === now.partitions.length)',
    without: ')',
    specs: [
      { file: boundRebuild, titles: ['refuses ', 'is not resumed after'] },
      { file: boundFeed, titles: ['stops at the first batch'] },
      { file: fromLog, titles: ['after partitions were added'] },
    ],
  },
  {
    id: 'log-asked-for-each-batch',
    promise: 'G3',
    what: 'no batch is applied that may belong to another log',
    file: `${feed}/feed/live-feed.ts`,
    text: '    if (now) for (const { generation, projection } of fed) assertSameLog(generation, projection, now);\n',
    without: '',
    specs: [
      { file: boundFeed, titles: ['stops at the first batch', 'stops when the topic was created again'] },
    ],
  },
  {
    id: 'log-asked-before-the-switch',
    promise: 'G3',
    what: 'a run does not move readers if its log changed while it ran',
    file: `${rebuild}/steps/promote-step.ts`,
    text: "  if (options.projection.events.versions === 'position')\n",
    without: "  if (options.projection.events.versions === 'position' && options.shard)\n",
    specs: [{ file: boundRebuild, titles: ['promotes nothing if partitions were added'] }],
  },
  {
    id: 'no-way-back-to-other-positions',
    promise: 'G7',
    what: 'no rollback goes to positions in another log',
    file: `${rebuild}/cutover/roll-back.ts`,
    text: '  return one.topicId !== other.topicId || one.partitions !== other.partitions;\n',
    without: '  return one.uuid === other.uuid;\n',
    specs: [{ file: boundRebuild, titles: ['is read by a new rebuild, which says what changed'] }],
  },
  {
    id: 'skipped-alike-by-position',
    promise: 'G3',
    what: 'the live feed skips exactly the events that a rebuild skips',
    file: `${feed}/feed/feed-generation.ts`,
    text: "const waits = servers.contract.versions === 'sequence';",
    without: 'const waits = servers.topicId !== undefined;',
    specs: [
      { file: letters, titles: ['is put aside, and what follows it'] },
      {
        file: `${rebuild}/rebuild/live-by-position.int.spec.ts`,
        titles: ['G3, G10: makes the same documents live and rebuilt'],
      },
    ],
  },
  {
    id: 'passed-letters-stay-open',
    promise: 'G10',
    what: 'a dead letter does not count as resolved because later events passed it',
    file: `${feed}/dead-letters/judged-letters.ts`,
    text: "(contract.versions === 'sequence' || last === version",
    without: '(contract.versions !== undefined || last === version',
    specs: [{ file: letters, titles: ['stays open once later events'] }],
  },
  {
    id: 'whole-log-takes-away',
    promise: 'G3',
    what: 'a repair from a log that lost records removes nothing',
    file: `${repair}/permanent-log.ts`,
    text: '      if (proof.complete) return;\n',
    without: "      if (proof.complete || events.versions === 'sequence') return;\n",
    specs: [{ file: fromLog, titles: ['that lost its beginning, ordered '] }],
  },
  {
    id: 'found-in-any-partition',
    promise: 'G3',
    what: 'an aggregate not found by its key is searched for in all partitions',
    file: `${feed}/log-history/aggregate-in-log.ts`,
    text: "    if (this.#records.length === 0 && this.#place !== 'anywhere') {",
    without: "    if (this.#records.length > 0 && this.#place !== 'anywhere') {",
    specs: [{ file: fromLog, titles: ['is found where another producer puts it'] }],
  },
];
