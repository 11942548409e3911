import type { CanaryMark, CanaryStore, GenerationName, GenerationStore } from '@reprise/read-model-indices';
import { contractDocument } from '../../store/contract/store-test.ts';
import type { BrokenStore } from './broken-store.ts';

/** Keeps canaries in memory, whatever becomes of their generation. */
class Canaries implements CanaryStore {
  readonly #marks = new Map<GenerationName, Map<number, CanaryMark>>();

  write(name: GenerationName, mark: CanaryMark): Promise<void> {
    const own = this.#marks.get(name) ?? new Map<number, CanaryMark>();
    if ((own.get(mark.partition)?.offset ?? -1n) <= mark.offset) own.set(mark.partition, mark);
    this.#marks.set(name, own);
    return Promise.resolve();
  }

  find(name: GenerationName, partition: number): Promise<CanaryMark | undefined> {
    return Promise.resolve(this.#marks.get(name)?.get(partition));
  }

  search(name: GenerationName): Promise<CanaryMark[]> {
    return Promise.resolve([...(this.#marks.get(name)?.values() ?? [])]);
  }

  forget(name: GenerationName): void {
    this.#marks.delete(name);
  }
}

/** A store that keeps canaries, and does something else when it is given one. */
function writing(
  write: (canaries: Canaries, name: GenerationName, mark: CanaryMark) => Promise<void>,
): Pick<GenerationStore, 'canaries'> {
  const canaries = new Canaries();
  return {
    canaries: {
      write: (name, mark) => write(canaries, name, mark),
      find: (name, partition) => canaries.find(name, partition),
      search: (name) => canaries.search(name),
    },
  };
}

const latest = 'the latest canary of each partition is found by its id, and soon by a search';
const noDocument = 'a canary is no document, and what keeps it no generation';
const gone = 'canaries go with their generation, and none is kept beside one that is gone';

/** Stores that keep canaries wrongly. */
export const brokenCanaries: readonly BrokenStore[] = [
  [
    'puts an earlier canary in the place of a later one',
    latest,
    () =>
      writing((canaries, name, mark) => {
        canaries.forget(name);
        return canaries.write(name, mark);
      }),
  ],
  [
    'keeps another time than that of the event',
    latest,
    () =>
      writing((canaries, name, mark) =>
        canaries.write(name, { ...mark, sentAt: '2026-11-20T09:31:02.000Z' }),
      ),
  ],
  [
    'keeps canaries among its documents',
    noDocument,
    (store) =>
      writing(async (canaries, name, mark) => {
        await store.write(name, [contractDocument(1)]);
        await canaries.write(name, mark);
      }),
  ],
  [
    'takes what keeps canaries for a generation',
    noDocument,
    (store) => {
      const places: GenerationName[] = [];
      return {
        list: async () => [...(await store.list()), ...places],
        ...writing((canaries, name, mark) => {
          places.push(`${name}_canary` as GenerationName);
          return canaries.write(name, mark);
        }),
      };
    },
  ],
  ['keeps canaries for ever', gone, () => ({ canaries: new Canaries() })],
  [
    'keeps canaries beside a generation that is gone',
    gone,
    (store) => {
      const canaries = new Canaries();
      return {
        canaries,
        async drop(name) {
          canaries.forget(name);
          await store.drop(name);
        },
      };
    },
  ],
];
