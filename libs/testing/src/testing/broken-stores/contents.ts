import type { GenerationName, GenerationStore } from '@reprise/read-model-indices';
import { force, type BrokenStore } from './broken-store.ts';

/** Stores whose content, counts or scans are wrong. */
export const brokenContents: readonly BrokenStore[] = [
  [
    'brings a document back that was ended',
    'a tombstone is kept, and a late event cannot bring the document back',
    (store) => ({
      async write(name, documents, signal) {
        const before = await store.read(
          name,
          documents.map(({ id }) => id),
        );
        for (const document of documents)
          if (before.get(document.id)?.tombstone) await force(store, name, document);
        return store.write(name, documents, signal);
      },
    }),
  ],
  [
    'deletes what is removed',
    'a tombstone without a document is kept, and so is a document that comes after it',
    (store) => ({
      async read(name, ids) {
        const found = [...(await store.read(name, ids))];
        return new Map(found.filter(([, { document }]) => document !== undefined));
      },
    }),
  ],
  [
    'counts tombstones as documents only',
    'content is summed per bucket and counted as an independent computation has it',
    (store) => ({ counts: async (name) => ({ ...(await store.counts(name)), tombstones: 0 }) }),
  ],
  [
    'adds up all it was ever given',
    'content is summed per bucket and counted as an independent computation has it',
    (store) => ({
      async bucketDigests(name) {
        const sums = await store.bucketDigests(name);
        return sums.map((sum) => ({ ...sum, documents: sum.documents + 1 }));
      },
    }),
  ],
  [
    'shows what is written after a build to nobody',
    'the end of a build makes everything visible, takes further writes and may be repeated',
    (store) => {
      const finished = new Map<GenerationName, Awaited<ReturnType<GenerationStore['bucketDigests']>>>();
      return {
        async finishBuild(name) {
          finished.set(name, await store.bucketDigests(name));
        },
        bucketDigests: (name) => Promise.resolve(finished.get(name) ?? store.bucketDigests(name)),
      };
    },
  ],
  [
    'gives a document twice in a scan',
    'a scan gives every document once, page by page, whole or by bucket',
    (store) => ({
      async *scan(...given) {
        for await (const page of store.scan(...given)) yield [...page, page[0]!];
      },
    }),
  ],
  [
    'scans every bucket',
    'a scan gives every document once, page by page, whole or by bucket',
    (store) => ({
      scan: (name, { buckets: _, ...others } = {}) => store.scan(name, others),
    }),
  ],
  [
    'gives everything as one page',
    'a scan gives every document once, page by page, whole or by bucket',
    (store) => ({ scan: (name, options = {}) => store.scan(name, { ...options, batchSize: 1e9 }) }),
  ],
  [
    'shows a scan what is written meanwhile',
    'a scan sees one view: writes made meanwhile are not in it',
    (store) => ({
      async *scan(name, options = {}) {
        for await (const page of store.scan(name, options)) {
          const now = await store.read(
            name,
            page.map(({ id }) => id),
          );
          yield page.map((document) => now.get(document.id) ?? document);
        }
      },
    }),
  ],
  [
    'does not listen to the signal of a scan',
    'a scan ends with the reason of its signal',
    (store) => ({ scan: (name, { signal: _, ...others } = {}) => store.scan(name, others) }),
  ],
  [
    'settles by starting over',
    'settling beside a build leaves everything as it is, and further writes are taken',
    (store) => ({
      async settle(name) {
        const meta = (await store.meta(name))!;
        await store.drop(name);
        await store.create(name, meta);
      },
    }),
  ],
  [
    'is ill as soon as it is used',
    'the store is healthy, with a live generation and without one',
    (store) => ({
      async assertHealthy() {
        if ((await store.observeReaders()).kind === 'generation') throw new Error('there are readers');
        return [];
      },
    }),
  ],
];
