import type { Guard } from '../guard.ts';

const feed = 'libs/read_model/feed/src';
const leftOut = 'libs/read_model/rebuild/src/left-out';
const outbox = 'libs/outbox/src';
const migrations = 'libs/write-api/src/migrations';
const migrationSpecs = 'apps/product-api/src/migrations';

/** What is fed live, what is put aside, and what leaves the outbox. */
export const feedingGuards: readonly Guard[] = [
  {
    id: 'poison-is-judged',
    promise: 'G10',
    what: 'poison events beyond the budget prevent promotion',
    file: 'libs/read_model/rebuild/src/gate/gate.ts',
    text: "    atMost('poison events', limits.poisonBudget, expected.poisoned),\n",
    without: '',
    specs: [
      {
        file: 'libs/read_model/rebuild/src/gate/gate.unit.spec.ts',
        titles: ['refuses poison events beyond the budget'],
      },
    ],
  },
  {
    id: 'missing-events-are-judged',
    promise: 'G10',
    what: 'aggregates with missing events prevent promotion',
    file: 'libs/read_model/rebuild/src/gate/gate.ts',
    text: "    atMost('aggregates with missing events', 0, expected.gapped - gapsBehindPoison(expected)),\n",
    without: '',
    specs: [
      {
        file: 'libs/read_model/rebuild/src/gate/gate.unit.spec.ts',
        titles: ['refuses aggregates with missing events'],
      },
    ],
  },
  {
    id: 'discarded-records-left-out',
    promise: 'G10',
    what: 'only records whose dead letters were discarded are skipped',
    file: `${leftOut}/leave-out.ts`,
    text: '(index) => !out.has(batch.positionOf(index))',
    without: '() => out.size === 0',
    specs: [{ file: `${leftOut}/left-out.unit.spec.ts`, titles: ['are left out alike by rebuild, verify'] }],
  },
  {
    id: 'left-out-set-captured',
    promise: 'G10',
    what: 'a resumed run skips what was discarded when its build started',
    file: 'libs/read_model/rebuild/src/steps/preflight.ts',
    text: 'checkpoint && (checkpoint.leftOut ?? {});',
    without: 'undefined;',
    specs: [
      {
        file: `${leftOut}/discarded-letters.int.spec.ts`,
        titles: ['fail the gate until they are, also of a run that began before'],
      },
    ],
  },
  {
    id: 'replaced-within-the-log',
    promise: 'G10',
    what: 'an event from the event store replaces only a skipped event, or one that later events in the log wait for',
    file: `${leftOut}/remedy.ts`,
    text: 'aggregateversion <= lastHeld || versions.has(aggregateversion)',
    without: 'aggregateversion > 0 || versions.has(aggregateversion)',
    specs: [
      {
        file: `${leftOut}/left-out.unit.spec.ts`,
        titles: ['are replaced by no event of the event store that the log does not have'],
      },
    ],
  },
  {
    id: 'letters-before-positions',
    promise: 'G10',
    what: 'positions are saved with the documents only if no dead letter must be written first',
    file: `${feed}/feed/feed-generation.ts`,
    text: 'if (!store.writeWithPositions || !isFirst || !isWhole || undecodable.length > 0)',
    without: 'if (!store.writeWithPositions)',
    specs: [
      {
        file: `${feed}/feed/feeding-servers.int.spec.ts`,
        titles: ['the first generation', 'the live feed on real stores'],
      },
    ],
  },
  {
    id: 'later-events-wait-behind-letters',
    promise: 'G10',
    what: 'later events of a product with a dead letter wait behind it',
    file: `${feed}/feed/feed-generation.ts`,
    text: '    await servers.blocked.block(scope, [...fresh, ...leftovers.blockers]);\n',
    without: '',
    specs: [
      {
        file: `${feed}/feed/waiting.unit.spec.ts`,
        titles: ['wait behind it, in its batch and in later ones and after a restart'],
      },
    ],
  },
  {
    id: 'positions-never-go-back',
    promise: 'G3',
    what: 'positions of a generation never go back',
    file: 'libs/read_model/indices/src/registry/generations.ts',
    text: '\n    WHERE excluded.position > held.position`',
    without: '`',
    specs: [
      {
        file: 'libs/read_model/indices/src/registry/generations.int.spec.ts',
        titles: ['hold positions that never go back'],
      },
    ],
  },
  {
    id: 'rows-and-positions-together',
    promise: 'G3',
    what: 'rows and positions of a batch are committed together, or neither',
    file: 'libs/read_model/indices/src/postgres/table/table-writer.ts',
    text: '        if (result.rejected.length === 0) await advancePositions(client,',
    without: '        if (result.rejected.length === 0) await advancePositions(pool,',
    specs: [
      {
        file: 'libs/read_model/indices/src/postgres/documents/documents.int.spec.ts',
        titles: ['commit with their positions, or neither does'],
      },
    ],
  },
  {
    id: 'leads-before-each-send',
    promise: 'G8',
    what: 'before each send, the relay checks that it still leads',
    file: 'libs/relay/src/relay/drain.ts',
    text: '  await work.leadership.assertHeld();\n',
    without: '',
    specs: [
      {
        file: 'libs/relay/src/relay/drain.int.spec.ts',
        titles: ['asks whether it still leads before each send'],
      },
    ],
  },
  {
    id: 'lock-held-by-the-session',
    promise: 'G8',
    what: 'the session that took the lock must still hold it',
    file: `${outbox}/leadership.ts`,
    text: "      if (!held) throw this.#lose('the session no longer holds the lock');\n",
    without: '',
    specs: [
      {
        file: `${outbox}/leadership.int.spec.ts`,
        titles: ['is lost when the session that answers does not hold the lock'],
      },
    ],
  },
  {
    id: 'waits-behind-a-parked-message',
    promise: 'G8',
    what: 'later messages of an aggregate wait behind one that the broker refuses',
    file: `${outbox}/claim.ts`,
    text: '\n        AND aggregate_id NOT IN (SELECT aggregate_id FROM outbox_events WHERE parked)',
    without: '',
    specs: [
      {
        file: `${outbox}/claim.int.spec.ts`,
        titles: ['holds back the later messages of its aggregate only'],
      },
    ],
  },
  {
    id: 'claimed-in-order',
    promise: 'G8',
    what: 'messages are published in the order of their numbers',
    file: `${outbox}/claim.ts`,
    text: '      ORDER BY id\n      LIMIT $1',
    without: '      ORDER BY id DESC\n      LIMIT $1',
    specs: [
      {
        file: `${outbox}/claim.int.spec.ts`,
        titles: ['gives the oldest unpublished messages first', 'gives no more messages than asked for'],
      },
    ],
  },
  {
    id: 'event-store-append-only',
    promise: 'G12',
    what: 'the event store accepts only appends, even from its owner',
    file: `${migrations}/create-event-store.ts`,
    text: 'BEFORE UPDATE OR DELETE OR TRUNCATE ON event_store',
    without: 'BEFORE UPDATE ON event_store',
    specs: [{ file: `${migrationSpecs}/write-migrations.int.spec.ts`, titles: ['refuses its owner'] }],
  },
  {
    id: 'event-reader-reads-nothing-else',
    promise: 'G12',
    what: "the event readers' role may only SELECT the event store",
    file: `${migrations}/create-event-store.ts`,
    text: '    GRANT SELECT ON event_store TO event_store_reader;',
    without: '    GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO event_store_reader;',
    specs: [
      {
        file: `${migrationSpecs}/write-migrations.int.spec.ts`,
        titles: ['G12: the role of the event readers'],
      },
    ],
  },
];
