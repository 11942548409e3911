import { describeTopic, letterHeaders } from '@reprise/read-model-feed';
import { productEvents } from '@reprise/product-events';
import { commandLine } from '@reprise/runtime/commands';
import { productHistory, step } from '@reprise/product-events/testing';
import { freshTopic, produceRaw, testEndpoints } from '@reprise/test-kit';
import { inThisProcess } from './testing/in-this-process.ts';
import { ownReadModel } from './testing/own-read-model.ts';
import { wordsOf } from './testing/parsed-line.ts';

it('a refusal over one poison event names its letter, and over several their list; both lines show them, and the promotion passes', async () => {
  const [topic, deadLetters] = [await freshTopic({ partitions: 1 }), await freshTopic({ partitions: 1 })];
  const own = await ownReadModel(topic);
  const env = { ...own.env, DEAD_LETTER_TOPIC: deadLetters.name };
  const typed = (line: string) => inThisProcess(wordsOf(line).slice(1), env);
  const [created, published] = productHistory({ events: [step.created(), step.published()] });
  const good = { key: created!.subject, value: productEvents.encode(created!) };
  const poison = {
    key: published!.subject,
    value: productEvents.encode(published!).replace('product.published.v1', 'product.polished.v9'),
  };
  const { id: topicId } = await describeTopic(testEndpoints().kafka, topic.name);
  /** What a consumer does with it. */
  const putAside = (offset: bigint) => {
    const letter = { partition: 0, offset, key: null, value: Buffer.from(poison.value), attempts: 3 };
    const why = { reason: 'unknown-type', message: 'unknown type product.polished.v9' };
    const origin = { topic: topic.name, topicId, at: new Date(0).toISOString() };
    return produceRaw(deadLetters, [{ ...poison, headers: letterHeaders({ ...letter, ...why }, origin) }]);
  };
  await produceRaw(topic, [good, poison]);
  const rebuilt = () => inThisProcess(['rebuild', '--projection', 'product_search'], env);

  const [first, second] = [`${topic.name}:0:1`, `${topic.name}:0:2`];
  const refused = await rebuilt();
  expect(refused.code).toBe(2);
  const line = commandLine.showDeadLetter(first);
  expect(refused.stdout).toContain(`See the event that could not be read: ${line}. `);
  const notYet = await typed(line);
  expect(notYet.code).toBe(1);
  expect(notYet.stderr).toContain('gets there once a running consumer has put it aside');
  await putAside(1n);
  expect(await typed(line)).toMatchObject({ code: 0, stdout: expect.stringContaining(`${first}  open\n`) });
  const [generation] = await own.registry.listGenerations({ states: ['BUILT'] });
  const named = await typed(commandLine.promote(generation!.name));
  expect(named).toMatchObject({ code: 2, stdout: expect.stringContaining(line) });

  await produceRaw(topic, [poison]);
  await putAside(2n);
  const again = await rebuilt();
  expect(again.stdout).toContain(
    `See the events that could not be read: ${commandLine.listOpenDeadLetters()}. `,
  );
  const listed = await typed(commandLine.listOpenDeadLetters());
  for (const id of [first, second]) expect(listed.stdout).toContain(id);

  const [refusedTwice] = await own.registry.listGenerations({ states: ['BUILT'] });
  const promotion = commandLine.promote(refusedTwice!.name, { poisonBudget: 2 });
  expect(again.stdout).toContain(`To let readers have it as it is: ${promotion}`);
  expect((await typed(promotion)).code).toBe(0);
  await own.fedBy('a-consumer', [refusedTwice!]);
  const status = await inThisProcess(['status', '--projection', 'product_search'], env);
  expect(status.stdout).toContain('letters     2 open');
  expect(status.stdout).toContain(commandLine.listOpenDeadLetters());
});
