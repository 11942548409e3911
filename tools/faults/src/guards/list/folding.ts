import type { Guard } from '../guard.ts';

const indices = 'libs/read_model/indices/src';
const elasticsearch = 'libs/read_model/elasticsearch/src';
const build = 'libs/read_model/rebuild/src/build';
const foldTable = 'libs/read_model/rebuild/src/fold/fold-table';
const rebuild = 'libs/read_model/rebuild/src';
const projection = 'libs/read_model/projections/src/apply-event.ts';
const projectionSpec = 'libs/product/read_model/src/projections.unit.spec.ts';
const foldTableSpec = `${foldTable}.unit.spec.ts`;

/** A document is the fold of its events, the same each time, within bounded memory. */
export const foldingGuards: readonly Guard[] = [
  {
    id: 'later-events-wait',
    promise: 'G3',
    what: 'an event is applied only if its version follows that of the document',
    file: projection,
    text: "  if (event.aggregateversion > expected && events.versions === 'sequence')\n    return { outcome: 'gap', expected };\n",
    without: '',
    specs: [
      { file: foldTableSpec, titles: ['keeps later events of a product waiting behind a missing one'] },
    ],
  },
  {
    id: 'earlier-events-change-nothing',
    promise: 'G3',
    what: 'an event that is already in the document changes nothing',
    file: projection,
    text: "  if (event.aggregateversion < expected) return { outcome: 'duplicate' };\n",
    without: '',
    specs: [
      { file: foldTableSpec, titles: ['agrees with a naive fold on logs with duplicates and reordering'] },
    ],
  },
  {
    id: 'nothing-follows-a-deletion',
    promise: 'G6',
    what: 'nothing is applied to a deleted product',
    file: 'libs/events/src/contract/lifecycle.ts',
    text: "      if (life === 'ended')\n",
    without: "      if (life === 'ended' && begins.has(type))\n",
    specs: [{ file: projectionSpec, titles: ['refuses events that no life has at that place'] }],
  },
  {
    id: 'writes-carry-their-version',
    promise: 'G6',
    what: "a write to an index carries the document's version, and an older one is refused",
    file: `${elasticsearch}/bulk/bulk-body.ts`,
    text: ',"version":${version},"version_type":"external"}}',
    without: '}}',
    specs: [
      {
        file: `${elasticsearch}/generation-store.int.spec.ts`,
        titles: ['a tombstone is kept, and a late event cannot bring the document back'],
      },
    ],
  },
  {
    id: 'rows-carry-their-version',
    promise: 'G6',
    what: 'a write to a table carries the version too',
    file: `${indices}/postgres/table/generation-table.ts`,
    text: ' WHERE excluded.reprise_version > held.reprise_version`',
    without: ' WHERE excluded.reprise_version <> held.reprise_version`',
    specs: [
      {
        file: 'libs/testing/src/store/postgres-store.int.spec.ts',
        titles: ['a tombstone is kept, and a late event cannot bring the document back'],
      },
    ],
  },
  {
    id: 'memory-spills',
    promise: 'G11',
    what: 'records of further aggregates go to disk once the memory of a slice is full',
    file: `${foldTable}.ts`,
    text: '    if (this.#spill || this.#bytes < this.options.memoryBytes) return;',
    without: '    if (this.#spill || this.#bytes > 0) return;',
    specs: [{ file: foldTableSpec, titles: ['G11: puts records of further products on disk'] }],
  },
  {
    id: 'held-events-bounded',
    promise: 'G11',
    what: 'the number of events that wait for an earlier one is bounded',
    file: `${foldTable}.ts`,
    text: '        if (++this.#held > maxHeld) throw tooManyHeld(this.options.slice);\n',
    without: '        this.#held++;\n',
    specs: [{ file: foldTableSpec, titles: ['gives a log up in which more events wait'] }],
  },
  {
    id: 'snapshots-of-whole-batches',
    promise: 'G5',
    what: 'a half-read slice is not saved with a partially folded batch',
    file: `${build}/replay-slice.ts`,
    text: '      if (snapshots && isWhole && reading.position',
    without: '      if (snapshots && reading.position',
    specs: [
      {
        file: `${build}/replay-slice.unit.spec.ts`,
        titles: ['is not saved when a batch was folded in part'],
      },
    ],
  },
  {
    id: 'resumed-with-its-fingerprint',
    promise: 'G5',
    what: 'an interrupted run resumes only with the mapping and projection it began with',
    file: `${rebuild}/resume/checkpoint.ts`,
    text: 'if (saved.fingerprint !== wanted.fingerprint || generation.fingerprint !== wanted.fingerprint) {',
    without: "if (saved.fingerprint === '' || generation.fingerprint === '') {",
    specs: [
      {
        file: `${rebuild}/rebuild/rebuild.int.spec.ts`,
        titles: ['is abandoned when mapping or projection changed since'],
      },
    ],
  },
  {
    id: 'resumed-on-its-own-index',
    promise: 'G5',
    what: 'it resumes only on an index or table that is still its own',
    file: `${rebuild}/resume/take-over.ts`,
    text: 'if (!generation || (await store.meta(generation.name))?.uuid !== generation.uuid)',
    without: 'if (!generation)',
    specs: [
      { file: `${rebuild}/rebuild/rebuild.int.spec.ts`, titles: ['is abandoned when its index is gone'] },
    ],
  },
  {
    id: 'saved-before-it-ends',
    promise: 'G14',
    what: 'a run that is asked to stop saves its half-read slice',
    file: `${build}/replay-slice.ts`,
    text: '        await saveSnapshot(snapshots, slice, reading);\n    } catch (saving) {',
    without: '        await Promise.resolve();\n    } catch (saving) {',
    specs: [
      {
        file: `${build}/replay-slice.unit.spec.ts`,
        titles: ['is resumed to the same end, wherever reading failed'],
      },
    ],
  },
  {
    id: 'stopped-is-resumable',
    promise: 'G14',
    what: 'a run that was asked to stop ends as cancelled and can be resumed, whatever fails as a result',
    file: `${rebuild}/rebuild/rebuild.ts`,
    text: 'endingOf(signal.aborted && !(error instanceof LeaseLost) ? reasonOf(signal) : error, context);',
    without: 'endingOf(error, context);',
    specs: [{ file: `${rebuild}/rebuild/rebuild.int.spec.ts`, titles: ['is saved, resumable'] }],
  },
];
