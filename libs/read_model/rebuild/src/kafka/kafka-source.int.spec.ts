import { productEvents } from '@reprise/product-events';
import { productEventsByPosition } from '@reprise/product-read-model/testing';
import { describeTopic } from '@reprise/read-model-feed';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  afterFile,
  eventually,
  freshTopic,
  groupsOf,
  kafkaAdmin,
  produceRaw,
  testEndpoints,
} from '@reprise/test-kit';
import { tcpProxy } from '@reprise/test-kit/proxies';
import { contractEvents, sourceContract } from '@reprise/testing';
import { openRawTransaction } from '../testing/transactions.ts';
import { kafkaSource } from './kafka-source.ts';

describe('the Kafka source', () => {
  /** The broker behind a proxy that counts connections: the test kit has some of this process, too. */
  async function counted() {
    const { kafka } = testEndpoints();
    const proxy = await tcpProxy(kafka.brokers[0]!);
    afterFile(() => proxy.close());
    return { proxied: { ...kafka, brokers: [proxy.address] }, connections: () => proxy.connections() };
  }

  let connections = () => 0;
  sourceContract(() => ({
    resumable: true,
    openResources: () => connections(),
    async newLog() {
      const { kafka } = testEndpoints();
      const topic = await freshTopic({ partitions: 3 });
      const own = await counted();
      connections = own.connections;
      return {
        append: (records) =>
          produceRaw(
            topic,
            records.map(({ key, value }) => ({ key, value })),
          ),
        begin: (records) => openRawTransaction(topic.name, 1, records),
        open: async () =>
          kafkaSource(own.proxied, await describeTopic(kafka, topic.name), contractEvents, {
            fetchBytes: 5_000,
          }),
        async truncate() {
          const partitions = [0, 1, 2].map((partition) => ({ partition, offset: '-1' }));
          await (await kafkaAdmin()).deleteTopicRecords({ topic: topic.name, partitions });
        },
      };
    },
  }));

  it('joins no consumer group and commits nothing, also while it reads', async () => {
    const { kafka } = testEndpoints();
    const topic = await freshTopic();
    await produce(topic, productHistory({ events: [step.created(), step.published()] }));
    const admin = await kafkaAdmin();
    const source = kafkaSource(kafka, await describeTopic(kafka, topic.name), productEvents);
    const groups = async () => (await admin.listGroups()).groups.map(({ groupId }) => groupId);
    for await (const batch of source.read(
      source.slices[0]!,
      { position: 0n },
      new AbortController().signal,
    )) {
      expect(batch.values.length).toBeGreaterThan(0);
      expect(await groups()).not.toContain('reprise-never-joined');
    }
    expect(await groupsOf(topic)).toEqual([]);
    await source.close();
  });

  it('gives events the version of their position where that orders them, wherever reading begins', async () => {
    const { kafka } = testEndpoints();
    const topic = await freshTopic({ partitions: 2 });
    await produce(
      topic,
      Array.from({ length: 40 }, () => productHistory({ events: [step.created()] })).flat(),
    );
    const described = await describeTopic(kafka, topic.name);
    const source = kafkaSource(kafka, described, productEventsByPosition, { fetchBytes: 2_000 });
    const read: bigint[] = [];
    for (const slice of source.slices) {
      for await (const batch of source.read(slice, { position: 5n }, new AbortController().signal)) {
        for (const index of batch.values.keys()) {
          const decoded = batch.read(index);
          if (!decoded.ok) throw new Error(decoded.message);
          read.push(batch.positionOf(index));
          expect(decoded.event.aggregateversion).toBe(Number(batch.positionOf(index)) + 1);
        }
      }
    }
    await source.close();
    expect(read).toHaveLength(40 - 2 * 5);
  });

  it('reads slices one after the other over the same connection, and leaves none when it is closed', async () => {
    const { kafka } = testEndpoints();
    const topic = await freshTopic({ partitions: 3 });
    const events = Array.from({ length: 30 }, () => productHistory({ events: [step.created()] })).flat();
    await produce(topic, events);
    const described = await describeTopic(kafka, topic.name);
    const { proxied, connections } = await counted();
    const source = kafkaSource(proxied, described, productEvents);
    const open: number[] = [];
    let read = 0;
    try {
      for (const slice of source.slices) {
        for await (const batch of source.read(slice, { position: 0n }, new AbortController().signal)) {
          read += batch.values.length;
          open.push(connections());
        }
      }
    } finally {
      await source.close();
    }
    expect(read).toBe(30);
    expect(new Set(open).size).toBe(1);
    expect(open[0]).toBeGreaterThan(0);
    await eventually(() => expect(connections()).toBe(0));
  });

  it('ends with its own reason when the topic is deleted and created again while it is read', async () => {
    const { kafka } = testEndpoints();
    const topic = await freshTopic({ partitions: 1 });
    for (let product = 0; product < 20; product++)
      await produce(topic, productHistory({ events: [step.created()] }));
    const options = { fetchBytes: 1, stallTimeoutMs: 20_000 };
    const source = kafkaSource(kafka, await describeTopic(kafka, topic.name), productEvents, options);
    const admin = await kafkaAdmin();
    let read = 0;
    const reading = async () => {
      for await (const batch of source.read(
        source.slices[0]!,
        { position: 0n },
        AbortSignal.timeout(150_000),
      )) {
        if (read === 0) {
          await admin.deleteTopics({ topics: [topic.name] });
          await eventually(() => admin.createTopics({ topics: [{ topic: topic.name, numPartitions: 1 }] }));
        }
        read += batch.values.length;
      }
    };
    try {
      await expect(reading()).rejects.toMatchObject({
        code: 'HISTORY_INCOMPLETE',
        message: expect.stringContaining('was deleted and created again while it was read') as string,
      });
      expect(read).toBeLessThan(20);
    } finally {
      await source.close();
    }
  });
});
