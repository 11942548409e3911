import { Kafka, logLevel, type Admin, type IHeaders, type Producer } from 'kafkajs';
import { afterEverything, afterFile } from '../after-file.ts';
import { testEndpoints } from './endpoints.ts';
import { eventually } from '../eventually.ts';
import { freshName } from '../fresh-name.ts';

/** A topic that belongs to one test file. */
export interface FreshTopic {
  readonly name: string;
  readonly partitions: number;
  /** Adds partitions, up to so many. Resolves when the broker says so. */
  grow(partitions: number): Promise<void>;
  /** Deletes it now, not at the end of the file. */
  delete(): Promise<void>;
}

export interface TopicOptions {
  /** A topic of that name again, after it was deleted; it has another id. */
  readonly name?: string;
  readonly partitions?: number;
  /** Topic settings, e.g. `{ 'cleanup.policy': 'compact' }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A record as it is, also one that no codec would write. Without a partition the key decides, as it does for every producer. */
export interface RawRecord {
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly partition?: number;
  readonly headers?: IHeaders;
  /** Milliseconds since the epoch. */
  readonly timestamp?: number;
}

let admin: Promise<Admin> | undefined;
let producer: Promise<Producer> | undefined;

/** Creates a topic (by default 1 partition, kept forever) and deletes it at the end of the test file. */
export async function freshTopic(options: TopicOptions = {}): Promise<FreshTopic> {
  const { partitions = 1, config = {} } = options;
  const name = options.name ?? freshName('test.events');
  const settings = { 'retention.ms': '-1', 'retention.bytes': '-1', ...config };
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  const topics = [{ topic: name, numPartitions: partitions, replicationFactor: 1, configEntries }];
  const connected = await kafkaAdmin();
  // A deleted topic is gone a moment after Kafka has said so; until then one of its name is not made. One that exists afterwards was
  // made by an earlier try of this very call, whose answer was lost.
  await eventually(async () => {
    if ((await connected.listTopics()).includes(name)) throw new Error(`${name} exists`);
  });
  await eventually(() => connected.createTopics({ topics, waitForLeaders: true }));
  // A broker that was only just named leader still refuses the partition. The producer then sends the whole request again, and the
  // other partitions would hold it twice. Only a broker that leads answers with offsets; kafkajs fails at the first refusal.
  await eventually(() => connected.fetchTopicOffsets(name));
  let deleted: Promise<void> | undefined;
  const remove = async (): Promise<void> => (await kafkaAdmin()).deleteTopics({ topics: [name] });
  const removeOnce = (): Promise<void> => (deleted ??= remove());
  afterFile(removeOnce);
  const grow = async (count: number): Promise<void> => {
    await connected.createPartitions({ topicPartitions: [{ topic: name, count }] });
    await eventually(async () => {
      const { topics } = await connected.fetchTopicMetadata({ topics: [name] });
      if (topics[0]?.partitions.length !== count) throw new Error(`${name} has not grown yet`);
      await connected.fetchTopicOffsets(name);
    });
    // kafkajs drops records without a word for a partition that it has not heard of; another producer asks.
    producer = undefined;
  };
  return { name, partitions, grow, delete: removeOnce };
}

/** The consumer groups that have committed a position in a topic. The broker also has those that other tests make and delete meanwhile. */
export async function groupsOf(topic: FreshTopic | string): Promise<string[]> {
  const name = typeof topic === 'string' ? topic : topic.name;
  const connected = await kafkaAdmin();
  const committed = async ({ groupId }: { groupId: string }): Promise<string[]> => {
    const positions = await connected.fetchOffsets({ groupId });
    return positions.some((one) => one.topic === name) ? [groupId] : [];
  };
  return eventually(async () => {
    const found: string[] = [];
    for (const group of (await connected.listGroups()).groups) found.push(...(await committed(group)));
    return found;
  });
}

/** Writes records as they are. */
export async function produceRaw(topic: FreshTopic | string, records: readonly RawRecord[]): Promise<void> {
  const connected = await kafkaProducer();
  const messages = records.map(({ timestamp, ...record }) => ({
    ...record,
    ...(timestamp !== undefined && { timestamp: String(timestamp) }),
  }));
  await connected.send({ topic: typeof topic === 'string' ? topic : topic.name, acks: -1, messages });
}

/** A connected admin client, closed at the end of the test file. */
export function kafkaAdmin(): Promise<Admin> {
  return (admin ??= connect(testKafka().admin()));
}

function kafkaProducer(): Promise<Producer> {
  return (producer ??= connect(testKafka().producer({ allowAutoTopicCreation: false })));
}

function testKafka(): Kafka {
  return new Kafka({ ...testEndpoints().kafka, clientId: 'reprise-test-kit', logLevel: logLevel.NOTHING });
}

async function connect<C extends Admin | Producer>(client: C): Promise<C> {
  await client.connect();
  afterEverything(() => {
    admin = undefined;
    producer = undefined;
    return client.disconnect();
  });
  return client;
}
