import type { KafkaTopic } from './kafka-topic.ts';

export type HistoryProof =
  | { readonly complete: true; readonly warnings: readonly string[] }
  | { readonly complete: false; readonly problems: readonly string[] };

/**
 * Decides from a topic's description whether it still holds every event ever written to it: every partition begins at
 * offset 0, no compaction, and the same incarnation of the topic as the live generation was built from.
 *
 * @param liveTopicId topic id of the live generation, undefined when there is none, or when it does not matter
 */
export function proveHistoryComplete(topic: KafkaTopic, liveTopicId: string | undefined): HistoryProof {
  const problems: string[] = [];
  for (const { partition, logStart } of topic.partitions) {
    if (logStart > 0n) {
      problems.push(
        `${topic.name}/${partition} begins at offset ${logStart}: offsets 0 to ${logStart - 1n} are gone (retention or deleted records)`,
      );
    }
  }
  if (topic.cleanupPolicy.split(',').includes('compact')) {
    problems.push(
      `${topic.name} is compacted (cleanup.policy=${topic.cleanupPolicy}): earlier events of a key may be gone`,
    );
  }
  if (liveTopicId !== undefined && liveTopicId !== topic.id) {
    problems.push(
      `${topic.name} was deleted and created again since the live generation was built (topic id ${liveTopicId}, now ${topic.id})`,
    );
  }
  if (problems.length > 0) return { complete: false, problems };
  const warnings: string[] = [];
  if (topic.retentionMs !== '-1' || topic.retentionBytes !== '-1') {
    warnings.push(
      `${topic.name} has finite retention (retention.ms=${topic.retentionMs}, retention.bytes=${topic.retentionBytes}): ` +
        'its history is complete now but will not stay so; set both to -1',
    );
  }
  for (const { partition, end, highWatermark } of topic.partitions) {
    if (end < highWatermark) {
      warnings.push(
        `${topic.name}/${partition} has an open transaction: read up to its last stable offset ${end}, ${highWatermark - end} records short of its end`,
      );
    }
  }
  return { complete: true, warnings };
}
