import { fingerprintOf, type Generation, type LiveFeeder } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { feedingOf } from '@reprise/read-model-status';

export interface UnfedReadersInput {
  /** LIVE generations of all projections. */
  readonly live: readonly Generation[];
  readonly feeders: readonly LiveFeeder[];
  /** What this release makes and feeds. */
  readonly projections: readonly Projection[];
  /** Partitions of the topic. */
  readonly partitions: readonly number[];
}

/** LIVE generations that another release made: this one cannot feed them. */
export function ofOtherReleases(
  live: readonly Generation[],
  projections: readonly Projection[],
): readonly Generation[] {
  return live.filter(({ projection, topicId, fingerprint }) => {
    const own = projections.find(({ name }) => name === projection);
    if (!own) return false;
    return fingerprint !== fingerprintOf(own, topicId);
  });
}

/**
 * A sentence for each read model whose readers are on a generation of another release that no running consumer feeds: they are
 * frozen, and this process, which feeds what it can, would look well. Pure.
 */
export function unfedReaders({ live, feeders, projections, partitions }: UnfedReadersInput): string[] {
  return ofOtherReleases(live, projections).flatMap(
    ({ projection, name, uuid, projectionVersion, fingerprint }) => {
      const { feeders: feeding, unfed } = feedingOf(uuid, feeders, partitions);
      if (feeding.length > 0 && unfed.length === 0) return [];
      const what = feeding.length > 0 ? `partitions ${unfed.join(', ')} of it` : 'it';
      return [
        `readers of ${projection} are on ${name}, and no running consumer feeds ${what}: ` +
          `start projection-consumer of the release with version ${projectionVersion} (fingerprint ${fingerprint.slice(0, 8)})`,
      ];
    },
  );
}
