import type { GenerationName, GenerationStore } from '@reprise/read-model-indices';

/** Every document of a generation, by id, as the store holds it. */
export async function storedDocuments(
  store: GenerationStore,
  name: GenerationName,
): Promise<Map<string, unknown>> {
  const documents = new Map<string, unknown>();
  for await (const page of store.scan(name)) {
    for (const { id, document } of page) documents.set(id, document);
  }
  return documents;
}
