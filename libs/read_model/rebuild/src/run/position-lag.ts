import type { Positions } from '@reprise/read-model-indices';
import { describeTopic, type KafkaConnection } from '@reprise/read-model-feed';

/**
 * Records between positions and the end of the log.
 * @returns undefined when the topic is another incarnation than the one the positions belong to
 */
export async function positionLag(
  connection: KafkaConnection,
  topic: string,
  topicId: string,
  positions: Positions,
): Promise<bigint | undefined> {
  const { id, partitions } = await describeTopic(connection, topic);
  if (id !== topicId) return undefined;
  let lag = 0n;
  for (const { partition, end } of partitions) {
    const position = positions.get(partition) ?? 0n;
    if (end > position) lag += end - position;
  }
  return lag;
}
