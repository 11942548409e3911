import { fingerprintOf, type Generation } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';

/** Why a projection needs a rebuild: what readers use was built by another form of it. */
export interface ProjectionChange {
  /** What changed: how documents are stored, what they are made of (the projection's version), or both. */
  readonly kind: 'storage' | 'logic' | 'both';
  /** Fingerprints: of what readers use, and of this release on the same log. */
  readonly from: string;
  readonly to: string;
  /** One sentence, which begins with the projection's name. */
  readonly sentence: string;
}

/**
 * Compares what readers use with what this release would build. Pure; what is recommended is never done without somebody asking.
 *
 * @param served the generation readers are on; undefined where that is none or not known
 * @returns undefined where nothing changed, and for a generation as of a moment, which no release would build again
 */
export function projectionChange(
  projection: Projection,
  served: Pick<Generation, 'fingerprint' | 'projectionVersion' | 'topicId' | 'name'> | undefined,
  untilTs: string | null,
): ProjectionChange | undefined {
  if (served === undefined || untilTs !== null) return undefined;
  const { fingerprint: from, projectionVersion, topicId } = served;
  const to = fingerprintOf(projection, topicId);
  if (to === from) return undefined;
  const { name, storage, version, events } = projection;
  const onlyLogic = fingerprintOf({ storage, version: projectionVersion, events }, topicId) === from;
  const kind = onlyLogic ? 'logic' : projectionVersion === version ? 'storage' : 'both';
  const what = {
    logic: `its logic changed from version ${projectionVersion} to ${version}`,
    storage: 'the way its documents are stored changed',
    both: `its logic changed from version ${projectionVersion} to ${version}, and the way its documents are stored`,
  }[kind];
  return {
    ...{ kind, from, to },
    sentence: `${name}: ${what}; readers stay on ${served.name} of the release before until it is rebuilt`,
  };
}
