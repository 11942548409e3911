import type { GenerationName } from '@reprise/read-model-indices';
import { turn, type BrokenStore } from './broken-store.ts';

/** Stores that lead readers astray. */
export const brokenReaders: readonly BrokenStore[] = [
  [
    'switches readers from wherever they are',
    'readers stay when they are not where the caller saw them',
    (store) => ({
      async switchReaders(_, to) {
        const at = await store.observeReaders();
        await store.switchReaders(at.kind === 'generation' ? at.name : undefined, to);
      },
    }),
  ],
  [
    'looks at readers before it switches them, and not while',
    'readers follow exactly one of several cutovers made at once',
    (store) => ({
      async switchReaders(from, to) {
        const at = await store.observeReaders();
        await turn();
        const now = await store.observeReaders();
        const isThere = at.kind === 'generation' && at.name === from && now.kind === 'generation';
        await store.switchReaders(isThere ? now.name : from, to);
      },
    }),
  ],
  [
    'switches readers to a generation that is not there',
    'readers are not moved to a generation that does not exist',
    (store) => ({
      async switchReaders(from, to) {
        const meta = { uuid: 'new', projection: 'p', projectionVersion: 1, fingerprint: '' };
        if (!(await store.meta(to))) await store.create(to, meta);
        await store.switchReaders(from, to);
      },
    }),
  ],
  [
    'guesses where confused readers are',
    'readers are not moved while their name stands for something else',
    (store) => ({
      async observeReaders() {
        const found = await store.observeReaders();
        return found.kind === 'ambiguous' ? { kind: 'none' } : found;
      },
    }),
  ],
  [
    'reports its own readers only',
    'readers are reported for the generation they read, also those that somebody else pointed there',
    (store) => ({
      async readBy() {
        const found = [...(await store.readBy())];
        return new Map(found.filter(([, [by]]) => by === store.readers));
      },
    }),
  ],
  [
    'drops what readers use',
    'the generation that readers use is not dropped; another one is, as often as it is asked for',
    (store) => ({ drop: (name) => store.drop(name).catch(() => undefined) }),
  ],
  [
    'never goes back to a generation',
    'readers are nowhere at first, and go where they are switched',
    (store) => {
      const served = new Set<GenerationName>();
      return {
        async switchReaders(from, to) {
          if (!served.has(to)) await store.switchReaders(from, to);
          served.add(to);
        },
      };
    },
  ],
];
