import { fileURLToPath } from 'node:url';
import { productEvents, type ProductEvent } from '@reprise/product-events';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { productSearch } from '@reprise/product-read-model';
import { describeTopic, letterHeaders, type DeadLetter } from '@reprise/read-model-feed';
import { createReadModelPool } from '@reprise/read-model-indices';
import { RepairQueue, type NewRepairTask } from '@reprise/read-model-repair';
import { commandLine } from '@reprise/runtime/commands';
import { afterFile, freshTopic, producePacked, produceRaw, testEndpoints } from '@reprise/test-kit';
import { inThisProcess } from '../testing/in-this-process.ts';
import { ownEventStore } from '../testing/own-event-store.ts';
import { ownReadModel } from '../testing/own-read-model.ts';
import { wordsOf } from '../testing/parsed-line.ts';

const projection = 'product_search';
const search = ['--projection', projection];
const history = () => productHistory({ events: [step.created(), step.published(), step.stockAdjusted(1)] });
const said = ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr;

/** A read model with a log of one partition, a topic of dead letters and an event store. */
async function modelWithLetters(more: Readonly<Record<string, string>> = {}) {
  const [topic, letters] = [await freshTopic({ partitions: 1 }), await freshTopic({ partitions: 1 })];
  const [own, store] = [await ownReadModel(topic), await ownEventStore()];
  const env = { ...own.env, ...store.env, DEAD_LETTER_TOPIC: letters.name, ...more };
  const pool = createReadModelPool(own.env['READ_MODEL_DATABASE_URL']!, { max: 1 });
  afterFile(() => pool.end());
  const { id: topicId } = await describeTopic(testEndpoints().kafka, topic.name);
  const reprise = (...words: string[]) => inThisProcess(words, env);
  return {
    topic,
    own,
    store,
    env,
    queue: (options = {}) => new RepairQueue(pool, options),
    reprise,
    /** Runs a line as a message prints it, without the name of the program. */
    typed: (line: string) => reprise(...wordsOf(line).slice(1)),
    letterAt: (offset: number) => `${topic.name}:0:${offset}`,
    /** What a consumer does with a record that it cannot apply. */
    async putAside(
      offset: number,
      event: ProductEvent | string,
      why: Pick<DeadLetter, 'reason'> & Partial<DeadLetter>,
    ) {
      const value = Buffer.from(typeof event === 'string' ? event : productEvents.encode(event));
      const key = typeof event === 'string' ? null : Buffer.from(event.subject);
      const named =
        typeof event === 'string'
          ? {}
          : { aggregateId: event.subject, aggregateVersion: event.aggregateversion };
      const letter = {
        partition: 0,
        offset: BigInt(offset),
        key,
        value,
        attempts: 3,
        message: 'a test',
        ...named,
        ...why,
      };
      const origin = { topic: topic.name, topicId, at: new Date(0).toISOString() };
      await produceRaw(letters, [{ key, value, headers: letterHeaders(letter, origin) }]);
    },
  };
}

const task = (aggregateId: string): NewRepairTask => ({
  ...{ projection, projectionVersion: productSearch.version, aggregateType: 'product', aggregateId },
  reason: 'operator',
});

describe('a line that is printed', () => {
  it('for a dead letter does what its reason asks for', async () => {
    const { topic, reprise, typed, letterAt, putAside } = await modelWithLetters();
    const [[created, published, adjusted], other] = [history(), history()];
    await produce(topic, [created!, ...other]);
    await putAside(4, published!, { reason: 'unknown-type' });
    await putAside(5, adjusted!, {
      reason: 'waits-behind',
      waitsBehind: { partition: 0, offset: 4n },
      attempts: 0,
    });
    await putAside(6, 'no event', { reason: 'not-json' });

    const unknown = await reprise('dlq', 'show', letterAt(99));
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(commandLine.listDeadLetters()),
    });
    expect((await typed(commandLine.listDeadLetters())).stdout).toContain(letterAt(6));

    const build = commandLine.rebuild('all');
    expect((await reprise('dlq', 'show', letterAt(4))).stdout).toContain(`Rebuild first: ${build}`);
    expect(await typed(build)).toMatchObject({ code: 0 });

    const show = commandLine.showDeadLetter(letterAt(4));
    expect((await reprise('dlq', 'show', letterAt(5))).stdout).toContain(
      `the letter it waits behind: ${show}`,
    );
    const redrive = commandLine.redriveDeadLetter(letterAt(4));
    expect((await typed(show)).stdout).toContain(`then: ${redrive}`);
    expect(await typed(redrive)).toMatchObject({ code: 0, stdout: expect.stringContaining('applied') });
    expect((await reprise('dlq', 'show', letterAt(5))).stdout).toContain('  resolved\n');

    const discard = commandLine.discardDeadLetter(letterAt(6), 'why');
    expect((await reprise('dlq', 'show', letterAt(6))).stdout).toContain(discard);
    expect(await typed(discard)).toMatchObject({ code: 0, stdout: `${letterAt(6)}  discarded\n` });
  });

  it('where the catch-up of a generation meets poison: status reports it, and the rollback passes without it', async () => {
    const { topic, reprise, typed, letterAt, putAside } = await modelWithLetters();
    const life = history();
    await produce(topic, life);
    expect((await reprise('rebuild', ...search)).code).toBe(0);
    await produceRaw(topic, [{ key: life[0]!.subject, value: 'no event' }]);
    await putAside(3, 'no event', { reason: 'not-json' });
    expect((await reprise('rebuild', ...search, '--poison-budget', '1')).code).toBe(0);
    const refused = await reprise('rollback', ...search);
    const status = commandLine.status(projection);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`See ${status}`) });
    expect(await typed(status)).toMatchObject({ code: 0, stdout: expect.stringContaining('STANDBY') });
    expect((await typed(commandLine.discardDeadLetter(letterAt(3), 'no event'))).code).toBe(0);
    expect(await typed(commandLine.rollback(projection))).toMatchObject({ code: 0 });
  });

  it('where a history in the event store is broken: the list has its dead letter', async () => {
    const { topic, store, reprise, typed, letterAt, putAside } = await modelWithLetters();
    const [created, deleted, late] = productHistory({
      events: [step.created(), step.deleted(), step.published()],
    });
    await store.append([created!, deleted!, late!]);
    await produce(topic, [created!, deleted!]);
    expect((await reprise('rebuild', ...search)).code).toBe(0);
    await produce(topic, [late!]);
    await putAside(2, late!, { reason: 'not-applicable' });
    const list = commandLine.listDeadLetters();
    const failed = await reprise('repair', ...search, '--aggregate-id', created!.subject);
    expect(said(failed)).toContain(`put aside see: ${list}`);
    expect((await typed(list)).stdout).toContain(letterAt(2));
  });

  it('where a log without an event store has a record that is not an event: the list has its dead letter', async () => {
    const config = '../../../read_model/feed/src/testing/by-position/reprise.config.ts';
    const REPRISE_CONFIG = fileURLToPath(new URL(config, import.meta.url));
    const { topic, reprise, typed, letterAt, putAside } = await modelWithLetters({ REPRISE_CONFIG });
    const life = history();
    await produce(topic, life);
    expect((await reprise('rebuild', ...search)).code).toBe(0);
    await produceRaw(topic, [{ key: life[0]!.subject, value: 'no event' }]);
    await putAside(3, 'no event', { reason: 'not-json', aggregateId: life[0]!.subject });
    const failed = await reprise('repair', ...search, '--aggregate-id', life[0]!.subject);
    expect(failed.code).toBe(2);
    expect(said(failed)).toContain(`discard its dead letter: ${commandLine.listDeadLetters()}`);
    expect((await typed(commandLine.listDeadLetters())).stdout).toContain(letterAt(3));
  });

  it('where the repair queue is full: it shows what it holds, and a verification asks again once there is room', async () => {
    const { topic, store, reprise, typed, queue, putAside, letterAt } = await modelWithLetters({
      REPAIR_QUEUE_LIMIT: '1',
    });
    const [life, other] = [history(), history()];
    await store.append([life[0]!, ...other]);
    await produce(topic, [life[0]!, ...other]);
    expect((await reprise('rebuild', '--projection', 'all')).code).toBe(0);
    await putAside(4, life[1]!, { reason: 'schema-violated' });
    await putAside(5, life[2]!, {
      reason: 'waits-behind',
      waitsBehind: { partition: 0, offset: 4n },
      attempts: 0,
    });
    const patient = queue({ maxFailures: 1 });
    await patient.add([task(other[0]!.subject)]);
    const [claimed] = await patient.claim({
      ...{ holder: 'a consumer', limit: 1, leaseMs: 600_000 },
      projections: [productSearch],
    });
    expect(await patient.fail(claimed!, { error: 'a test', counts: true, retryInMs: 0 })).toBe('FAILED');

    const full = await reprise('dlq', 'discard', letterAt(4), '--reason', 'a test');
    const look = commandLine.repairQueue('all');
    expect(full).toMatchObject({ code: 2, stderr: expect.stringContaining(`Look at it: ${look}`) });
    const shown = await typed(look);
    // What a consumer logs when it abandons a task, and when the queue refuses some.
    expect(shown.stdout).toMatch(new RegExp(`FAILED ${other[0]!.subject} .* abandoned: a test`));
    const again = commandLine.verifyAndRepair(projection);
    expect(shown.stdout).toContain(`Find what they were about with: ${again}`);
    expect((await typed(commandLine.repairAll(projection))).code).toBe(0);
    expect(await typed(again)).toMatchObject({ stdout: expect.stringContaining(`${projection}: `) });
    expect(await typed(commandLine.verifyAndRepair('all'))).toMatchObject({
      stdout: expect.stringContaining('category_summary: '),
    });
  });

  it('where a batch cannot be unpacked: the dry run names its place', async () => {
    const { topic, reprise, typed } = await modelWithLetters({ KAFKA_MAX_UNPACKED_BATCH_BYTES: '1048576' });
    await produce(topic, history());
    expect((await reprise('rebuild', ...search)).code).toBe(0);
    const bomb = { key: 'x', value: Buffer.alloc(900_000) };
    await producePacked(topic, 'lz4', [bomb, bomb]);
    const found = await typed(commandLine.dryRun('all'));
    expect(found.code).not.toBe(0);
    expect(said(found)).toContain(`cannot be read at offset 3 of ${topic.name}/0`);
  });
});
