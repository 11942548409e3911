import { fingerprintOf, type Generation } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { RebuildError } from '../errors.ts';
import type { RebuildServers } from '../rebuild-options.ts';

/**
 * The generation readers use, for work on what is live.
 *
 * @param refusal why the work cannot be done without one and what to do instead, as sentences for the operator
 * @throws RebuildError USAGE when readers are on none that this version of the projection makes
 */
export async function requireLiveGeneration(
  { store, registry }: Pick<RebuildServers, 'store' | 'registry'>,
  projection: Projection,
  refusal: string,
): Promise<Generation> {
  const readers = await store.observeReaders();
  const live = readers.kind === 'generation' ? await registry.findGeneration(readers.name) : undefined;
  // By fingerprint: a generation as of a moment is of this version too, and nothing may be applied to it.
  if (live?.fingerprint === fingerprintOf(projection, live?.topicId ?? '')) return live;
  throw new RebuildError(
    'USAGE',
    `Readers of "${store.readers}" are on no generation that this version of ${projection.name} makes and feeds, so ${refusal}`,
  );
}
