import type { LogSource } from '@reprise/events';
import type { DocumentToWrite } from '@reprise/read-model-indices';
import type { FoldEntry, Projection } from '@reprise/read-model-projections';
import { scratchDirectory } from '../private-files/scratch-directory.ts';
import { buildGeneration } from '../build/build-generation.ts';
import { BuildProgress } from '../build/build-progress.ts';
import { sumTallies, type SliceTally } from '../fold/slice-tally.ts';

/**
 * Folds a whole log without writing anything.
 *
 * @param see shown every final document, once, in no particular order
 * @returns what was counted, and the aggregates whose events did not follow each other within their slice
 */
export async function foldLog(
  {
    projection,
    source,
    memoryBytes,
    signal,
  }: {
    readonly projection: Projection;
    readonly source: LogSource;
    readonly memoryBytes: number;
    readonly signal: AbortSignal;
  },
  see: (document: DocumentToWrite) => void,
): Promise<{ total: SliceTally; unresolved: readonly FoldEntry[] }> {
  const scratch = scratchDirectory();
  try {
    const { tallies, unresolved } = await buildGeneration({
      source,
      projection,
      write: (documents) => {
        documents.forEach(see);
        return Promise.resolve({ written: documents.length, stale: 0, rejected: [] });
      },
      finished: new Map(),
      onSliceDone: () => Promise.resolve(),
      progress: new BuildProgress(),
      memoryBytes: memoryBytes / 4,
      spillDirectory: scratch.path,
      groupSize: 1_000,
      signal,
    });
    return { total: sumTallies(tallies.values()), unresolved };
  } finally {
    scratch.remove();
  }
}
