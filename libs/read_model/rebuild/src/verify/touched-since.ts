import type { EventContract } from '@reprise/events';
import type { KafkaConnection, KafkaTopic } from '@reprise/read-model-feed';
import type { Positions } from '@reprise/read-model-indices';
import { kafkaSource } from '../kafka/kafka-source.ts';

/** Aggregates with events at or after the generation's positions: what it holds of them may be older or newer than the fold. */
export async function aggregatesTouchedSince(
  positions: Positions,
  topic: KafkaTopic,
  events: EventContract,
  { kafka, signal }: { readonly kafka: KafkaConnection; readonly signal: AbortSignal },
): Promise<Set<string>> {
  const touched = new Set<string>();
  const source = kafkaSource(kafka, topic, events);
  try {
    for (const slice of source.slices) {
      const start = positions.get(slice.slice) ?? 0n;
      for await (const batch of source.read({ ...slice, start }, { position: start }, signal)) {
        for (const index of batch.values.keys()) {
          const decoded = batch.read(index);
          if (decoded.ok) touched.add(decoded.event.subject);
        }
      }
    }
  } finally {
    await source.close();
  }
  return touched;
}
