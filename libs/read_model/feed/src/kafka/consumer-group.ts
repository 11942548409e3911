import { hash } from 'node:crypto';
import { fingerprintOf } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { KafkaTopic } from './kafka-topic.ts';

/**
 * The consumer group of a release: its processes share the partitions. A release that makes other documents has its own group,
 * because it feeds other generations, from all partitions: in one group each release would get some of them only.
 */
export function consumerGroupOf(
  { name, id }: Pick<KafkaTopic, 'name' | 'id'>,
  projections: readonly Pick<Projection, 'storage' | 'version' | 'events'>[],
): string {
  const fingerprints = projections.map((projection) => fingerprintOf(projection, id));
  return `reprise-projections-${name}-${hash('sha256', fingerprints.sort().join(), 'hex').slice(0, 8)}`;
}
