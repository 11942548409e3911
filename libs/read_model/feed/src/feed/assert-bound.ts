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

/** Read models of one event log, as a process is configured for them. */
export interface BoundModels {
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
}

export interface BoundInput extends BoundModels {
  /** Whether to bind a registry that belongs to nobody yet to this configuration; false for a process that only looks. */
  readonly record: boolean;
  /** What Kafka reported about itself, if the caller has already asked. */
  readonly identity?: KafkaIdentity;
  /** Called when Kafka could not be asked for its cluster; topic, alias and view are still compared. */
  readonly onKafkaAway?: (reason: string) => void;
}

/** The same for the read models of one event log. @throws BoundElsewhere; DependencyError */
export function assertBound(input: BoundInput): Promise<void> {
  return assertAllBound([input]);
}

/**
 * Refuses a configuration that the registry does not belong to, before anything of a read model is read or written: another
 * topic, another Kafka cluster, another alias or view, or one that another projection has. At first use it binds the registry to
 * the configuration; a registry from before bindings were recorded is adopted if its contents fit. Several event logs are all
 * compared, each with one question to Kafka, before one is bound, so that a refusal names everything and has changed nothing.
 *
 * Nothing is recorded until the topic was seen. While Kafka is away its cluster is not compared, so that readers can still be
 * moved back. The cluster of a registry with generations is recorded only when it holds the very topic they were built from:
 * another cluster may have a topic of that name as well.
 *
 * @param inputs of one registry
 * @throws BoundElsewhere with everything that differs; DependencyError when the registry, or a store asked for its readers, is away
 */
export async function assertAllBound(inputs: readonly BoundInput[]): Promise<void> {
  const [first] = inputs;
  if (first === undefined) return;
  const { bindings } = first.registry;
  const held = await bindings.list();
  refuse(bindings.database, differencesIn(held, inputs));
  const asked = await Promise.all(
    inputs.map(async (input) => ({ ...input, identity: input.identity ?? (await whereReachable(input)) })),
  );
  refuse(bindings.database, differencesIn(held, asked));
  const adopted: readonly Adopted[] = await Promise.all(asked.map((input) => adoptable(input, held)));
  refuse(
    bindings.database,
    adopted.flatMap(({ obstacles }) => obstacles),
  );
  const found = adopted.flatMap(({ found }) => found);
  if (found.length === 0) return;
  await bindings.record(found);
  // If two differently configured processes came first at the same moment, one finds the other's binding here.
  refuse(bindings.database, differencesIn(await bindings.list(), asked));
}

/**
 * Compares topics, aliases and views of several contexts with what their registry belongs to, without asking Kafka or a store: a
 * process that serves several of them refuses all of it at once, before it serves any.
 *
 * @throws BoundElsewhere with everything that differs; DependencyError when the registry is away
 */
export async function assertSettingsBound(inputs: readonly BoundModels[]): Promise<void> {
  const [first] = inputs;
  if (first === undefined) return;
  const { bindings } = first.registry;
  refuse(bindings.database, differencesIn(await bindings.list(), inputs));
}

type Asked = Omit<BoundInput, 'identity'> & { readonly identity: KafkaIdentity | undefined };

interface Adopted {
  readonly obstacles: readonly string[];
  /** What may be recorded. */
  readonly found: readonly Binding[];
}

/** What a registry that does not know these read models, or their cluster, would be bound to, and what speaks against it. */
async function adoptable(input: Asked, held: readonly HeldBinding[]): Promise<Adopted> {
  const { registry, models, identity } = input;
  const obstacles: string[] = [];
  const found: Binding[] = [];
  for (const one of configuredIn(input)) {
    const own = held.find(({ projection }) => projection === one.projection);
    if (own?.clusterId !== undefined) continue;
    const { store } = models.find(({ projection }) => projection.name === one.projection)!;
    const generations = await registry.listGenerations({ projection: one.projection });
    if (own === undefined && generations.length > 0) {
      const switched = await registry.bindings.switchedByRuns(one.projection);
      const readers = await store.observeReaders();
      obstacles.push(...obstaclesToAdoption({ generations, switched, readers }, one));
    }
    const isItsCluster =
      generations.length === 0 || generations.some(({ topicId }) => topicId === identity?.topicId);
    found.push({ ...one, clusterId: isItsCluster ? identity?.clusterId : undefined });
  }
  // A topic that was never seen may be a typo: nothing should be bound to that.
  return { obstacles, found: input.record && identity?.topicId !== undefined ? found : [] };
}

function differencesIn(
  held: readonly HeldBinding[],
  inputs: readonly (BoundModels & { readonly identity?: KafkaIdentity | undefined })[],
): string[] {
  return inputs.flatMap((input) =>
    configuredIn(input).flatMap((one) =>
      differences(held, { ...one, clusterId: input.identity?.clusterId }, input.kafka.brokers),
    ),
  );
}

function configuredIn({ topic, topicSetting, models }: BoundModels) {
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
