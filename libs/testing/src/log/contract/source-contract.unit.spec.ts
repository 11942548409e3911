import type { LogBatch, LogSource } from '@reprise/events';
import { failedRules } from '../../testing/failed-rules.ts';
import { logUnderContract } from '../../testing/log-under-contract.ts';
import { sourceContract } from './source-contract.ts';
import type { LogUnderContract } from './source-test.ts';

type Change = (source: LogSource, log: LogUnderContract) => Partial<LogSource> | Promise<Partial<LogSource>>;

/** Rules that fail for a source in memory which differs in one thing. */
function failedWith(change: Change, only?: string): Promise<readonly string[]> {
  const newLog = () => {
    const log = logUnderContract();
    const open = async () => {
      const source = await log.open();
      return { ...source, ...(await change(source, log)) };
    };
    return Promise.resolve({ ...log, open });
  };
  return failedRules((runner) => sourceContract(() => ({ resumable: true, newLog }), runner), only);
}

/** The batches of a source, changed one by one. */
const each =
  (change: (batch: LogBatch, slice: LogSource['slices'][number]) => LogBatch): Change =>
  (source) => ({
    async *read(slice, from, signal) {
      for await (const batch of source.read(slice, from, signal)) yield change(batch, slice);
    },
  });

/** What a source does wrong, the rule that says so, and the wrong. */
const mutations: readonly (readonly [wrong: string, rule: string, change: Change])[] = [
  [
    'leaves the first record of a batch out',
    'every record is handed out once, those of an aggregate in their order',
    each((batch) => ({
      ...batch,
      values: batch.values.slice(1),
      keys: batch.keys.slice(1),
      read: (index) => batch.read(index + 1),
      positionOf: (index) => batch.positionOf(index + 1),
    })),
  ],
  [
    'turns the records of a batch round',
    'every record is handed out once, those of an aggregate in their order',
    (source) => ({
      async *read(slice, from, signal) {
        const batches: LogBatch[] = [];
        for await (const batch of source.read(slice, from, signal)) batches.push(batch);
        yield* batches.reverse();
      },
    }),
  ],
  [
    'can be read once',
    'records are handed out again as often as they are read',
    (source) => {
      const read = new Set<number>();
      return {
        async *read(slice, from, signal) {
          if (read.has(slice.slice)) return;
          read.add(slice.slice);
          yield* source.read(slice, from, signal);
        },
      };
    },
  ],
  [
    'does not know keys',
    'each record’s aggregate is named without decoding it',
    each((batch) => ({ ...batch, keys: batch.keys.map(() => null) })),
  ],
  [
    'gives every record the position of its batch',
    'positions rise within a slice, and each batch leads on to where the next one begins',
    each((batch) => ({ ...batch, positionOf: () => batch.positionOf(0) })),
  ],
  [
    'ends behind the last record that it shows',
    'aborted records are never shown, and a slice ends also where they come last',
    each((batch) => ({
      ...batch,
      next: { position: batch.values.length > 0 ? batch.positionOf(batch.values.length - 1) + 1n : 0n },
    })),
  ],
  [
    'begins every reading at the beginning',
    'reading resumes at any place it led on to, where the source can',
    (source) => ({ read: (slice, _, signal) => source.read(slice, { position: slice.start }, signal) }),
  ],
  [
    'does not listen to its signal',
    'reading stops with the reason it is aborted for, after the batch at hand',
    (source) => ({ read: (slice, from) => source.read(slice, from, new AbortController().signal) }),
  ],
  [
    'is read on when it is closed',
    'reading does not outlast the source: it ends, or fails, once that is closed',
    (source) => {
      let isClosed = false;
      return {
        async *read(slice, from, signal) {
          yield* source.read(slice, from, signal);
          if (isClosed) await new Promise(() => undefined);
        },
        close: async () => {
          isClosed = true;
          await source.close();
        },
      };
    },
  ],
  [
    'grows while it is read',
    'the extent is captured once: what is appended later is in the next source only',
    (source, log) => ({
      async *read({ slice }, from, signal) {
        const now = await log.open();
        yield* now.read(now.slices[slice]!, from, signal);
      },
    }),
  ],
  [
    'waits for more on an empty log',
    'an empty log ends at once',
    (source) => ({ slices: source.slices.map((slice) => ({ ...slice, end: slice.end + 1n })) }),
  ],
  [
    'counts the positions of what is left from 0',
    'what a compaction left is handed out at its old positions, and the slice ends',
    each((batch) => ({ ...batch, positionOf: (index) => BigInt(index) })),
  ],
  [
    'begins behind what is lost',
    'history that is lost while it is read is an error, never a shorter log',
    (source) => ({
      async *read(slice, from, signal) {
        const reader = source.read(slice, from, signal)[Symbol.asyncIterator]();
        const isThere = await reader.next().then(
          () => true,
          () => false,
        );
        const start = isThere ? from.position : from.position + 2n;
        yield* source.read(slice, { position: start }, signal);
      },
    }),
  ],
];

describe('the contract of sources', () => {
  it.each(mutations)('fails for a source that %s', async (_, rule, change) => {
    expect(await failedWith(change, rule)).toEqual([rule]);
  });

  it('fails for a source that shows what is not committed', async () => {
    const newLog = () => {
      const log = logUnderContract();
      const begin: LogUnderContract['begin'] = async (records) => {
        await log.append(records);
        return { end: () => Promise.resolve() };
      };
      return Promise.resolve({ ...log, begin });
    };
    const failed = await failedRules((runner) => sourceContract(() => ({ resumable: true, newLog }), runner));
    expect(failed).toEqual([
      'aborted records are never shown, and a slice ends also where they come last',
      'records of an open transaction are not waited for and not shown until it is committed',
    ]);
  });

  it('fails for a source that leaves something open', async () => {
    let open = 0;
    const newLog = () => {
      const log = logUnderContract();
      return Promise.resolve({ ...log, open: () => log.open().finally(() => open++) });
    };
    const failed = await failedRules((runner) =>
      sourceContract(() => ({ resumable: true, openResources: () => open, newLog }), runner),
    );
    expect(failed).toEqual(['everything is freed when the source is closed, also in the middle of a slice']);
  });

  it('holds for the source that none of them changed', async () => {
    expect(await failedWith(() => ({}))).toEqual([]);
  });
});
