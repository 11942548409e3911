import type { Guard } from '../guard.ts';

const rebuild = 'libs/read_model/rebuild/src';
const source = `${rebuild}/kafka/kafka-source.ts`;
const kafka = 'libs/read_model/feed/src/kafka';
const committed = `${kafka}/committed-records.ts`;
const committedSpec = `${kafka}/committed-records.unit.spec.ts`;

/** The whole log is read, nothing but the log, and reading ends. */
export const logGuards: readonly Guard[] = [
  {
    id: 'log-begins-at-its-beginning',
    promise: 'G3',
    what: 'a log that lost its beginning is refused',
    file: `${kafka}/history.ts`,
    text: '    if (logStart > 0n) {',
    without: '    if (logStart < 0n) {',
    specs: [{ file: `${kafka}/history.unit.spec.ts`, titles: ['refuses '] }],
  },
  {
    id: 'log-is-not-compacted',
    promise: 'G3',
    what: 'a compacted log is refused',
    file: `${kafka}/history.ts`,
    text: ".includes('compact')",
    without: ".includes('never')",
    specs: [{ file: `${kafka}/history.unit.spec.ts`, titles: ['refuses '] }],
  },
  {
    id: 'topic-is-the-same',
    promise: 'G3',
    what: 'a log is refused if its topic was recreated since the live generation was built',
    file: `${kafka}/history.ts`,
    text: 'if (liveTopicId !== undefined && liveTopicId !== topic.id) {',
    without: 'if (liveTopicId !== undefined && liveTopicId === topic.name) {',
    specs: [{ file: `${kafka}/history.unit.spec.ts`, titles: ['refuses '] }],
  },
  {
    id: 'topic-replaced-while-read',
    promise: 'G13',
    what: 'if a topic is recreated while it is read, the run ends with that reason',
    file: `${kafka}/read-partition.ts`,
    text: "    if (now && now.id !== topic.id) throw new PartitionUnreadable('topic-replaced', offset, {});\n",
    without: '',
    specs: [
      {
        file: `${rebuild}/kafka/kafka-source.int.spec.ts`,
        titles: ['ends with its own reason when the topic'],
      },
    ],
  },
  {
    id: 'markers-move-the-position',
    promise: 'G13',
    what: 'markers and aborted batches move the position, so that a log ending in them ends',
    file: committed,
    text: '    if (last + 1n > next) next = last + 1n;',
    without: '    if (last + 1n > next && !(batch.attributes & control)) next = last + 1n;',
    specs: [{ file: committedSpec, titles: ['moves the position over a tail of markers'] }],
  },
  {
    id: 'aborted-records-are-left-out',
    promise: 'G3',
    what: 'records of aborted transactions reach no document',
    file: committed,
    text: '} else if (!(batch.attributes & transactional && open.has(batch.producerId))) {',
    without: '} else {',
    specs: [
      {
        file: committedSpec,
        titles: ['drops records of every aborted transaction', 'drops an aborted transaction whose marker'],
      },
    ],
  },
  {
    id: 'extent-is-captured-once',
    promise: 'G4',
    what: "records written after a run captured the log's end are not in its generation",
    file: committed,
    text: '        if (at < 0 || at >= limit) continue;',
    without: '        if (at < 0) continue;',
    specs: [
      {
        file: committedSpec,
        titles: ['leaves out what lies before the requested offset or beyond the captured end'],
      },
    ],
  },
  {
    id: 'no-group',
    promise: 'G1',
    what: 'the log is read by explicit offsets, and nothing is committed in any group',
    file: source,
    text: '      let isRead = false;\n      try {\n',
    without:
      '      let isRead = false;\n      try {\n        await consumer.joinGroup({}).catch(() => undefined);\n',
    specs: [
      {
        file: `${rebuild}/kafka/kafka-source.int.spec.ts`,
        titles: ['joins no consumer group and commits nothing'],
      },
    ],
  },
  {
    id: 'event-store-in-numeric-order',
    promise: 'G3',
    what: 'versions of an aggregate are read from the event store in numeric order',
    file: 'libs/read_model/feed/src/event-store/statements.ts',
    text: 'const ordered = ` ORDER BY ${id}, ${order}`',
    without: 'const ordered = ` ORDER BY ${id}::text, ${order}::text`',
    specs: [
      {
        file: `${rebuild}/event-store/event-store-source.int.spec.ts`,
        titles: ['keeps the versions of a long history in numeric order'],
      },
    ],
  },
  {
    id: 'event-store-in-one-snapshot',
    promise: 'G3',
    what: 'the event store is read in one snapshot',
    file: `${rebuild}/event-store/event-store-source.ts`,
    text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
    without: 'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY',
    specs: [{ file: `${rebuild}/event-store/event-store-source.int.spec.ts`, titles: ['sees one snapshot'] }],
  },
  {
    id: 'event-store-not-on-a-standby',
    promise: 'G3',
    what: 'no rebuild reads an event store that may lack what Kafka has',
    file: `${rebuild}/event-store/event-store-source.ts`,
    text: 'if (rows[0]!.standby) throw standby(eventStore);',
    without: '',
    specs: [
      { file: `${rebuild}/event-store/foreign-tables.int.spec.ts`, titles: ['is refused on a standby'] },
    ],
  },
  {
    id: 'event-store-pages-need-an-index',
    promise: 'G3',
    what: 'a table is read page by page only where its keys are unique and never NULL',
    file: 'libs/read_model/feed/src/event-store/judge-table.ts',
    text: 'const indexed = unique && nullable.length === 0',
    without: 'const indexed = true',
    specs: [
      {
        file: `${rebuild}/event-store/foreign-tables.int.spec.ts`,
        titles: ['is read as it is where rows share a key'],
      },
    ],
  },
];
