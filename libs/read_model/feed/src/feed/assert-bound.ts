import {
  BoundElsewhere,
  DependencyError,
  differences,
  obstaclesToAdoption,
  type Binding,
  type GenerationStore,
  type HeldBinding,
  type Registry,
} from '@reprise/read-model-indices';
import { identityOf, type KafkaIdentity } from '../kafka/kafka-identity.ts';
import type { KafkaConnection } from '../kafka/kafka-topic.ts';

export interface BoundInput {
  readonly registry: Pick<Registry, 'bindings' | 'listGenerations'>;
  readonly kafka: KafkaConnection;
  /** Name of the event log. */
  readonly topic: string;
  /** The variable that sets it, for messages. */
  readonly topicSetting?: string;
  /** The read models that are meant. */
  readonly models: readonly {
    readonly projection: { readonly name: string };
    readonly store: Pick<GenerationStore, 'kind' | 'readers' | 'observeReaders'>;
    /** The variable that sets its alias, for messages. */
    readonly readersSetting?: string | undefined;
  }[];
  /** Whether to bind a registry that belongs to nobody yet to this configuration; false for a process that only looks. */
  readonly record: boolean;
  /** What Kafka reported about itself, if the caller has already asked. */
  readonly identity?: KafkaIdentity;
  /** Called when Kafka could not be asked for its cluster; topic, alias and view are still compared. */
  readonly onKafkaAway?: (reason: string) => void;
}

/**
 * Refuses a configuration that the registry does not belong to, before anything of a read model is read or written: another
 * topic, another Kafka cluster, another alias or view, or one that another projection has. At first use it binds the registry to
 * the configuration; a registry from before bindings were recorded is adopted if its contents fit.
 *
 * Nothing is recorded until the topic was seen. While Kafka is away its cluster is not compared, so that readers can still be
 * moved back. The cluster of a registry with generations is recorded only when it holds the very topic they were built from:
 * another cluster may have a topic of that name as well.
 *
 * @throws BoundElsewhere with everything that differs; DependencyError when the registry, or a store asked for its readers, is away
 */
export async function assertBound(input: BoundInput): Promise<void> {
  const { registry, kafka, models, record } = input;
  const { bindings } = registry;
  const configured = configuredIn(input);
  const compare = (held: readonly HeldBinding[], clusterId: string | undefined) =>
    refuse(
      bindings.database,
      configured.flatMap((one) => differences(held, { ...one, clusterId }, kafka.brokers)),
    );
  const held = await bindings.list();
  compare(held, undefined);
  const identity = input.identity ?? (await whereReachable(input));
  compare(held, identity?.clusterId);
  const isComplete = (projection: string) =>
    held.some((one) => one.projection === projection && one.clusterId !== undefined);
  const incomplete = configured.filter(({ projection }) => !isComplete(projection));
  if (incomplete.length === 0) return;

  const isNew = (projection: string) => !held.some((one) => one.projection === projection);
  const obstacles: string[] = [];
  const found: Binding[] = [];
  for (const one of incomplete) {
    const { store } = models.find(({ projection }) => projection.name === one.projection)!;
    const generations = await registry.listGenerations({ projection: one.projection });
    if (isNew(one.projection) && generations.length > 0)
      obstacles.push(
        ...obstaclesToAdoption(
          {
            generations,
            switched: await bindings.switchedByRuns(one.projection),
            readers: await store.observeReaders(),
          },
          one,
        ),
      );
    const isItsCluster =
      generations.length === 0 || generations.some(({ topicId }) => topicId === identity?.topicId);
    found.push({ ...one, clusterId: isItsCluster ? identity?.clusterId : undefined });
  }
  refuse(bindings.database, obstacles);
  // A topic that was never seen may be a typo: nothing should be bound to that.
  if (!record || identity?.topicId === undefined) return;
  await bindings.record(found);
  // If two differently configured processes came first at the same moment, one finds the other's binding here.
  compare(await bindings.list(), identity?.clusterId);
}

/**
 * Compares topics, aliases and views of several contexts with what their registry belongs to, without asking Kafka or a store: a
 * process that serves several of them refuses all of it at once, before it serves any.
 *
 * @throws BoundElsewhere with everything that differs; DependencyError when the registry is away
 */
export async function assertSettingsBound(inputs: readonly BoundInput[]): Promise<void> {
  const [first] = inputs;
  if (first === undefined) return;
  const { bindings } = first.registry;
  const held = await bindings.list();
  refuse(
    bindings.database,
    inputs.flatMap((input) =>
      configuredIn(input).flatMap((one) => differences(held, one, input.kafka.brokers)),
    ),
  );
}

function configuredIn({ topic, topicSetting, models }: BoundInput) {
  return models.map(({ projection, store, readersSetting }) => ({
    projection: projection.name,
    ...{ topic, clusterId: undefined, storage: store.kind, readers: store.readers },
    settings: {
      ...(topicSetting !== undefined && { topic: topicSetting }),
      ...(readersSetting !== undefined && { readers: readersSetting }),
    },
  }));
}

function refuse(database: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new BoundElsewhere(database, problems);
}

async function whereReachable({ kafka, topic, onKafkaAway }: BoundInput): Promise<KafkaIdentity | undefined> {
  try {
    return await identityOf(kafka, topic);
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error;
    onKafkaAway?.(error.message);
    return undefined;
  }
}
