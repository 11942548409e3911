import type { GenerationCounts, GenerationName, GenerationStore } from '@reprise/read-model-indices';

/** Documents that the generation readers are on held at a moment. */
export interface LiveCount extends GenerationCounts {
  /** Name of that generation. */
  readonly generation: string;
}

/** Counts what readers are on; undefined when they are on nothing. */
export async function countLive(
  store: Pick<GenerationStore, 'observeReaders' | 'counts'>,
): Promise<LiveCount | undefined> {
  const readers = await store.observeReaders();
  if (readers.kind !== 'generation') return undefined;
  const { documents, tombstones } = await store.counts(readers.name);
  return { generation: readers.name, documents, tombstones };
}

/**
 * The count that a build may be compared with: the one taken with the ends of its log, since what was created later is in the live
 * generation and cannot be in the build. Counted now where readers were on another generation then, or no count was kept.
 */
export async function liveAtCapture(
  store: Pick<GenerationStore, 'counts'>,
  live: GenerationName,
  captured: LiveCount | undefined,
): Promise<GenerationCounts> {
  return captured?.generation === live ? captured : store.counts(live);
}
