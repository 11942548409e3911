import type { KafkaTopic } from '@reprise/read-model-feed';
import type { Positions } from '@reprise/read-model-indices';

/**
 * Records between positions and the end of the log.
 *
 * @param topic as it is now
 * @param topicId the incarnation of the topic that the positions belong to
 * @returns undefined when the topic is another incarnation than that
 */
export function positionLag(
  { id, partitions }: KafkaTopic,
  topicId: string,
  positions: Positions,
): bigint | undefined {
  if (id !== topicId) return undefined;
  let lag = 0n;
  for (const { partition, end } of partitions) {
    const position = positions.get(partition) ?? 0n;
    if (end > position) lag += end - position;
  }
  return lag;
}
