import { eventHeaders } from '@reprise/events';
import { produceRaw, type FreshTopic } from '@reprise/test-kit';
import { productEvents } from '../product-contract.ts';
import type { ProductEvent } from '../product-events.ts';

/** Writes events the way the relay does: the product's id is the key. Resolves when the broker has acknowledged all of them. */
export async function produce(topic: FreshTopic | string, events: readonly ProductEvent[]): Promise<void> {
  const records = events.map((event) => ({
    key: event.subject,
    value: productEvents.encode(event),
    headers: eventHeaders(event),
    timestamp: Date.parse(event.time),
  }));
  await produceRaw(topic, records);
}
