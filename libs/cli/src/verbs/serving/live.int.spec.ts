import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, eventually, freshTopic } from '@reprise/test-kit';
import { inThisProcess } from '../../testing/in-this-process.ts';
import { ownEventStore } from '../../testing/own-event-store.ts';
import { ownReadModel } from '../../testing/own-read-model.ts';

describe('live', () => {
  it('feeds what is appended to the log until it is stopped, and ends with 0', async () => {
    const topic = await freshTopic();
    const own = await ownReadModel(topic);
    const letters = await freshTopic();
    const store = await ownEventStore();
    const env = { ...own.env, ...store.env, DEAD_LETTER_TOPIC: letters.name, LOG_LEVEL: 'silent' };
    const first = productHistory({ events: [step.created(), step.published()] });
    await produce(topic, first);
    const rebuild = await inThisProcess(['rebuild', '--projection', 'product_search'], env);
    expect(rebuild.code).toBe(0);

    const stop = new AbortController();
    const running = inThisProcess(['live', '--context', 'product', '--json'], env, stop.signal);
    const later = productHistory({ events: [step.created(), step.published()] });
    await produce(topic, later);
    const index = own.alias;
    await eventually(async () => {
      await elasticsearch().indices.refresh({ index });
      expect((await elasticsearch().count({ index })).count).toBe(2);
    });
    stop.abort();
    expect(await running).toEqual({
      code: 0,
      stdout: expect.stringContaining('"feeding": [\n    "product_search",') as string,
      stderr: '',
    });
  });
});
