import type { BrokenStore } from './broken-store.ts';

/** Stores that write documents and positions apart from each other. */
export const brokenPositions: readonly BrokenStore[] = [
  [
    'does not look at the fence',
    'the run that lost its lease changes neither documents nor positions',
    (store) => ({
      writeWithPositions: (name, documents, { fence: _, ...moved }) =>
        store.writeWithPositions!(name, documents, moved),
    }),
  ],
  [
    'writes documents before it looks at the fence',
    'the run that lost its lease changes neither documents nor positions',
    (store) => ({
      async writeWithPositions(name, documents, moved) {
        const { written } = await store.write(name, documents, moved.signal);
        return { ...(await store.writeWithPositions!(name, documents, moved)), written, stale: 0 };
      },
    }),
  ],
  [
    'moves positions past a document it rejected',
    'positions stay where a document was rejected, and the other documents are kept',
    (store) => ({
      async writeWithPositions(name, documents, moved) {
        await store.writeWithPositions!(name, [], moved);
        return store.write(name, documents, moved.signal);
      },
    }),
  ],
  [
    'forgets the positions',
    'documents are written together with their positions, which never go back',
    (store) => ({
      writeWithPositions: (name, documents, { signal }) => store.write(name, documents, signal),
    }),
  ],
  [
    'does not listen to the signal of a write with positions',
    'a call that is aborted changes neither documents nor positions',
    (store) => ({
      writeWithPositions: (name, documents, { signal: _, ...moved }) =>
        store.writeWithPositions!(name, documents, moved),
    }),
  ],
];
