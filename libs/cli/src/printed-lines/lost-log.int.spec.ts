import { commandLine } from '@reprise/runtime/commands';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { freshTopic, kafkaAdmin } from '@reprise/test-kit';
import { inThisProcess } from '../testing/in-this-process.ts';
import { ownEventStore } from '../testing/own-event-store.ts';
import { ownReadModel } from '../testing/own-read-model.ts';
import { wordsOf } from '../testing/parsed-line.ts';

const projection = 'product_search';
const search = ['--projection', projection];
const lives = (count: number) =>
  Array.from({ length: count }, () =>
    productHistory({ events: [step.created(), step.published(), step.stockAdjusted(1)] }),
  );

/** A read model with an event store that has every event, and its log, which has those of `events`. */
async function modelOf(events: ReturnType<typeof lives>, logged = events.flat()) {
  const topic = await freshTopic({ partitions: 1 });
  const [own, store] = [await ownReadModel(topic), await ownEventStore()];
  await store.append(events.flat());
  await produce(topic, logged);
  const env = { ...own.env, ...store.env };
  const reprise = (...words: string[]) => inThisProcess(words, env);
  /** Runs a line as a message prints it, without the name of the program. */
  const typed = (line: string) => reprise(...wordsOf(line).slice(1));
  return { topic, own, reprise, typed };
}

describe('the rebuild from the event store', () => {
  it('is printed where the topic was recreated, by all that refuse to cross to it, and works', async () => {
    const events = lives(3);
    const { topic, own, reprise, typed } = await modelOf(events);
    for (const more of [[], [], ['--no-promote']])
      expect((await reprise('rebuild', ...search, ...more)).code).toBe(0);
    const [proven] = await own.registry.listGenerations({ states: ['VERIFIED'] });
    await topic.delete();
    const again = await freshTopic({ name: topic.name, partitions: 1 });
    await produce(again, events[0]!);
    const line = commandLine.rebuildFromEventStore(projection);
    for (const words of [
      ['rebuild', ...search, '--from-ts', '2026-01-01T00:00:00Z'],
      ['promote', '--generation', proven!.name],
      ['rollback', ...search],
    ]) {
      const refused = await reprise(...words);
      expect({ words, ...refused }).toMatchObject({ code: 2 });
      expect(refused.stdout + refused.stderr).toContain(line);
    }
    expect(await typed(line)).toMatchObject({ code: 0 });
    const [live] = await own.registry.listGenerations({ states: ['LIVE'] });
    expect(live).not.toMatchObject({ topicId: proven!.topicId });
  });

  it('is printed where the log lacks events, and has them', async () => {
    const events = lives(2);
    const { reprise, typed } = await modelOf(
      events,
      events.flat().filter((_, at) => at !== 1),
    );
    const refused = await reprise('rebuild', ...search);
    const line = commandLine.rebuildFromEventStore(projection);
    expect(refused).toMatchObject({ code: 2, stdout: expect.stringContaining(line) });
    expect(await typed(line)).toMatchObject({ code: 0 });
  });

  it('is printed by a consumer whose records are gone, and builds all read models', async () => {
    const { topic, own, typed } = await modelOf(lives(3));
    const admin = await kafkaAdmin();
    await admin.deleteTopicRecords({ topic: topic.name, partitions: [{ partition: 0, offset: '7' }] });
    expect(await typed(commandLine.rebuildFromEventStore('all'))).toMatchObject({ code: 0 });
    expect(await own.registry.listGenerations({ states: ['LIVE'] })).toHaveLength(3);
  });
});
