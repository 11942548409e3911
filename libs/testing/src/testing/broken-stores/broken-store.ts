import type { DocumentToWrite, GenerationName, GenerationStore } from '@reprise/read-model-indices';

/** What a store does wrong, the rule that says so, and how: members that take the place of a right store's. */
export type BrokenStore = readonly [
  wrong: string,
  rule: string,
  change: (store: GenerationStore) => Partial<GenerationStore>,
];

/** Writes a document whatever is there. */
export async function force(
  store: GenerationStore,
  name: GenerationName,
  document: DocumentToWrite,
): Promise<void> {
  const seen = await store.observe(name, document.id);
  await store.correct(name, document.id, seen, document);
}

/** Lets everything else go first. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
