import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { contexts } from '../contexts.ts';
import { poll } from '../waiting.ts';
import type { KafkaAccess } from './kafka-security.ts';

/** History is the product: nothing of the event log is ever deleted or compacted away. */
const keepEverything = [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
];

/** The topics the applications expect. */
export const topics = [
  { topic: 'product.events', partitions: 6 },
  { topic: 'dlq.product.events', partitions: 1 },
  ...contexts.flatMap((context) => [
    { topic: `${context}.events`, partitions: 6 },
    { topic: `dlq.${context}.events`, partitions: 1 },
  ]),
];

async function withAdmin<T>({ port, security }: KafkaAccess, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({
    clientId: 'reprise-stack',
    bootstrapBrokers: [`127.0.0.1:${port}`],
    connectTimeout: 2_000,
    timeout: 15_000,
    retries: 0,
    ...(security && {
      tls: { ca: security.ca },
      sasl: { mechanism: 'SCRAM-SHA-512', username: security.username, password: security.password },
    }),
  });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

/** Resolves to the id of its cluster when the broker answers a metadata request and has joined it. */
export function clusterIdOf(access: KafkaAccess): Promise<string> {
  return withAdmin(access, async (admin) => {
    const { id, brokers } = await admin.metadata({ topics: [], forceUpdate: true });
    if (brokers.size === 0) throw new Error('the broker has not joined its cluster yet');
    return id;
  });
}

/** Creates the topics that are missing and waits until each of their partitions has a leader. */
export function createTopics(access: KafkaAccess): Promise<void> {
  return withAdmin(access, async (admin) => {
    const existing = new Set(await admin.listTopics());
    for (const { topic, partitions } of topics) {
      if (existing.has(topic)) continue;
      await admin.createTopics({ topics: [{ topic, partitions, replicas: 1 }], configs: keepEverything });
    }
    const led = await poll(async () => ((await allLed(admin)) ? true : undefined), { timeoutMs: 20_000 });
    if (!led.ok) throw new Error('the topics have no leader yet', { cause: led.lastError });
    if (access.security) await grantRights(admin, access.security.user);
  });
}

async function allLed(admin: Admin): Promise<boolean> {
  const metadata = await admin.metadata({ topics: topics.map(({ topic }) => topic), forceUpdate: true });
  return topics.every(({ topic }) =>
    metadata.topics.get(topic)?.partitions.every(({ leader }) => leader >= 0),
  );
}

/** Gives one user what docs/reference/rights.md lists for all processes together. */
async function grantRights(admin: Admin, user: string): Promise<void> {
  const onTopics = topics.flatMap(({ topic }) =>
    (['READ', 'WRITE', 'DESCRIBE_CONFIGS'] as const).map((operation) => ({
      ...{ resourceType: ResourceTypes.TOPIC, resourceName: topic, operation: AclOperations[operation] },
      resourcePatternType: ResourcePatternTypes.LITERAL,
    })),
  );
  const onGroups = {
    ...{ resourceType: ResourceTypes.GROUP, resourceName: 'reprise-projections-' },
    ...{ operation: AclOperations.READ, resourcePatternType: ResourcePatternTypes.PREFIXED },
  };
  const everybody = { principal: `User:${user}`, host: '*', permissionType: AclPermissionTypes.ALLOW };
  await admin.createAcls({ creations: [...onTopics, onGroups].map((acl) => ({ ...acl, ...everybody })) });
}
