import { productEvents } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { describeTopic, letterHeaders } from '@reprise/read-model-feed';
import { produceRaw, testEndpoints } from '@reprise/test-kit';
import type { ConsoleFixture } from './console-fixture.ts';

/** Letters to one request of the producer. */
const atOnce = 1_000;

/**
 * Puts four events of each of so many products aside that no read model has heard of, as a consumer does.
 *
 * @param reasonOf why the letter of that number was put aside
 * @param from how many were put aside before
 * @returns ids of the products
 */
export async function putAside(
  { topic, deadLetters }: ConsoleFixture,
  products: number,
  reasonOf: (number: number) => string,
  from = 0,
): Promise<string[]> {
  const { id: topicId } = await describeTopic(testEndpoints().kafka, topic.name);
  const histories = Array.from({ length: products }, () =>
    productHistory({
      events: [step.created(), step.published(), step.priceChanged(990), step.priceChanged(1_500)],
    }),
  );
  const records = histories.flat().map((event, index) => {
    const number = from + index;
    const value = Buffer.from(productEvents.encode(event));
    const letter = {
      ...{ key: null, value, headers: {}, partition: 0, offset: BigInt(number), attempts: 3 },
      ...{ reason: reasonOf(number), message: 'A reason of the test.', projection: 'product_search' },
      ...{ aggregateId: event.subject, aggregateVersion: event.aggregateversion, type: event.type },
    };
    // A second apart, so that their order is known.
    const at = new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString();
    return { key: null, value, headers: letterHeaders(letter, { topic: topic.name, topicId, at }) };
  });
  for (let sent = 0; sent < records.length; sent += atOnce)
    await produceRaw(deadLetters, records.slice(sent, sent + atOnce));
  return histories.map(([first]) => first!.subject);
}
