import type { GenerationName } from '@reprise/read-model-indices';
import { force, turn, type BrokenStore } from './broken-store.ts';

/** Stores that write wrongly. */
export const brokenWrites: readonly BrokenStore[] = [
  [
    'takes any version',
    'a newer version is taken; the same or an older one is stale and changes nothing',
    (store) => ({
      async write(name, documents) {
        for (const document of documents) await force(store, name, document);
        return { written: documents.length, stale: 0, rejected: [] };
      },
    }),
  ],
  [
    'keeps the version that another writer wrote last',
    'the highest version stays, whatever the order of concurrent writers',
    (store) => ({
      async write(name, documents) {
        await turn();
        for (const document of documents) await force(store, name, document);
        return { written: documents.length, stale: 0, rejected: [] };
      },
    }),
  ],
  [
    'counts a stale write as written',
    'a newer version is taken; the same or an older one is stale and changes nothing',
    (store) => ({
      async write(...given) {
        const { written, stale, rejected } = await store.write(...given);
        return { written: written + stale, stale: 0, rejected };
      },
    }),
  ],
  [
    'keeps the first of several versions in one call',
    'the highest version stays of a document that stands in one call several times',
    (store) => ({
      write(name, documents, signal) {
        const seen = new Set<string>();
        const kept = documents.filter(({ id }) => !seen.has(id) && seen.add(id));
        return store.write(name, kept, signal);
      },
    }),
  ],
  [
    'keeps versions in 32 bits',
    'versions that are positions are kept, and no earlier one replaces them',
    (store) => ({
      write: (name, documents, signal) =>
        store.write(
          name,
          documents.map((document) => ({ ...document, version: document.version | 0 })),
          signal,
        ),
    }),
  ],
  [
    'fails a whole call for one document',
    'none of 499 documents is lost to one the store never takes, and it says which and why',
    (store) => ({
      async write(...given) {
        const result = await store.write(...given);
        if (result.rejected.length > 0) throw new Error(result.rejected[0]!.reason);
        return result;
      },
    }),
  ],
  [
    'takes only so many documents in one call',
    'ten thousand documents are taken in one call',
    (store) => ({ write: (name, documents, signal) => store.write(name, documents.slice(0, 9_999), signal) }),
  ],
  [
    'does not listen to the signal of a write',
    'a write ends with the reason of its signal',
    (store) => ({ write: (name, documents) => store.write(name, documents) }),
  ],
  [
    'makes a generation when it is written to',
    'a write to a generation that is gone is refused, and makes nothing in its place',
    (store) => ({
      async write(name, documents, signal) {
        const meta = { uuid: 'new', projection: 'p', projectionVersion: 1, fingerprint: '' };
        if (!(await store.meta(name))) await store.create(name, meta);
        return store.write(name, documents, signal);
      },
    }),
  ],
  [
    'takes a name that exists for its own',
    'a name that exists is refused, and what is there stays as it is',
    (store) => ({ create: (name, meta) => store.create(name, meta).catch(() => undefined) }),
  ],
  [
    'lists what it was never asked to make',
    'a write to a generation that is gone is refused, and makes nothing in its place',
    (store) => {
      const made: GenerationName[] = [];
      return {
        async create(name, meta) {
          await store.create(name, meta);
          made.push(name);
        },
        list: () => Promise.resolve(made),
      };
    },
  ],
  [
    'loses what is no ASCII',
    'documents are kept as they were made, readable at once, with version and digest',
    (store) => ({
      write: (name, documents, signal) =>
        store.write(
          name,
          documents.map((document) => ({
            ...document,
            canonical: document.canonical.replace(/[^ -~]/g, '?'),
          })),
          signal,
        ),
    }),
  ],
  [
    'lists nothing',
    'a new generation is empty, carries its meta and is listed',
    () => ({ list: () => Promise.resolve([]) }),
  ],
  [
    'takes offence at an empty call',
    'nothing is written where there is nothing to write',
    (store) => ({
      write: (name, documents, signal) =>
        documents.length === 0 ? Promise.reject(new Error('empty')) : store.write(name, documents, signal),
    }),
  ],
];
