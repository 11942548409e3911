import { turn, type BrokenStore } from './broken-store.ts';

/** Stores that correct wrongly. */
export const brokenCorrections: readonly BrokenStore[] = [
  [
    'corrects a document whatever has become of it',
    'a later version that came after the document was observed is left alone',
    (store) => ({
      correct: async (name, id, _, document) =>
        store.correct(name, id, await store.observe(name, id), document),
    }),
  ],
  [
    'lowers no version',
    'a version that no log ever had is lowered, and the next one is taken again',
    (store) => ({
      async correct(name, id, observed, document, signal) {
        if (document && observed && document.version < observed.version) return { outcome: 'changed' };
        return store.correct(name, id, observed, document, signal);
      },
    }),
  ],
  [
    'corrects nothing that is not there',
    'a document that is missing is made',
    (store) => ({
      correct: (name, id, observed, document, signal) =>
        observed
          ? store.correct(name, id, observed, document, signal)
          : Promise.resolve({ outcome: 'corrected' }),
    }),
  ],
  [
    'marks a state by its version alone',
    'a document of the same version gets its right content',
    (store) => ({
      async observe(name, id) {
        const seen = await store.observe(name, id);
        return seen && { ...seen, revision: String(seen.version) };
      },
      correct: async (name, id, observed, document, signal) =>
        store.correct(name, id, observed && (await store.observe(name, id)), document, signal),
    }),
  ],
  [
    'takes nothing away',
    'a document that should not be there is taken away, and one of its id can be made afterwards',
    (store) => ({
      correct: (name, id, observed, document, signal) =>
        document
          ? store.correct(name, id, observed, document, signal)
          : Promise.resolve({ outcome: 'corrected' }),
    }),
  ],
  [
    'corrects what the feed has just written',
    'the latest version stays, whatever the order of corrections and a feed',
    (store) => ({
      async correct(name, id, _, document) {
        await turn();
        return store.correct(name, id, await store.observe(name, id), document);
      },
    }),
  ],
  [
    'keeps to itself why it takes a document never',
    'a correction that the store never takes says why',
    (store) => ({
      async correct(...given) {
        const correction = await store.correct(...given);
        return correction.outcome === 'rejected' ? { outcome: 'rejected', reason: '' } : correction;
      },
    }),
  ],
  [
    'finds nothing in a generation that is gone',
    'a correction in a generation that is gone is refused, and makes nothing in its place',
    (store) => ({ observe: (name, id) => store.observe(name, id).catch(() => undefined) }),
  ],
];
