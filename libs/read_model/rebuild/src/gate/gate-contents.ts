import { BucketSums, contentDigest } from '@reprise/read-model-documents';
import { asVersioned, type GenerationName, type GenerationStore } from '@reprise/read-model-indices';
import type { ContentDigest } from './gate.ts';

const listedIds = 10;

/**
 * Reads every document of a generation once and rehashes its content, so that nothing relies on the hashes stored beside
 * it. Memory holds one page; the sums are compared with those of the fold.
 */
export async function digestContents(
  store: Pick<GenerationStore, 'scan'>,
  name: GenerationName,
  signal: AbortSignal,
): Promise<ContentDigest> {
  const sums = new BucketSums();
  const damagedIds: string[] = [];
  let damaged = 0;
  for await (const page of store.scan(name, { signal })) {
    for (const stored of page) {
      const { id, digest } = stored;
      const content = contentDigest(asVersioned(stored));
      sums.add(content);
      if (content.high === digest.high && content.low === digest.low) continue;
      if (++damaged <= listedIds) damagedIds.push(id);
    }
  }
  return { buckets: sums.list(), damaged, damagedIds };
}
