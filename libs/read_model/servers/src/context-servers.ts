import type { ContextSettings } from '@reprise/contexts';
import {
  aggregateHistory,
  EventStore,
  logHistory,
  type AggregateHistory,
  type BoundModels,
  type KafkaConnection,
  type LetterServers,
} from '@reprise/read-model-feed';
import {
  createReadModelPool,
  openGenerationStore,
  type GenerationStore,
  type OwnStore,
  type Registry,
  type StoreServers,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { permanentHistory, permanentLog } from '@reprise/read-model-repair';

/** What the contexts of a process share. */
export interface SharedServers {
  readonly kafka: KafkaConnection;
  readonly registry: Registry;
  readonly stores: Omit<StoreServers, 'alias'>;
  /** Most connections to an event store at once. */
  readonly eventStoreConnections?: number;
  /** Called for every fault in reading Kafka that is being waited out. */
  readonly onReadFault?: (reason: string) => void;
}

/** What one read model is rebuilt, verified and switched with. */
export interface ModelServers {
  readonly kafka: KafkaConnection;
  readonly topic: string;
  /** Name of the setting that names the topic, for messages. */
  readonly topicSetting: string;
  readonly registry: Registry;
  readonly store: GenerationStore;
  /** One aggregate's events from the event store, which close gaps; undefined where the context has none. */
  readonly history: AggregateHistory | undefined;
  readonly eventStore: EventStore | undefined;
  readonly onReadFault?: (reason: string) => void;
}

/** The log, the event store and the read models of one bounded context. */
export type ContextServers = ReturnType<typeof openContext>;

/** Opens what only this context has; reaches for nothing. The opener closes it. */
export function openContext(settings: ContextSettings<Projection>, shared: SharedServers) {
  const { kafka, registry, stores, eventStoreConnections: max, onReadFault } = shared;
  const { context, topic, deadLetterTopic, readers } = settings;
  const { discardedOf } = registry.letterActions;
  const eventStore =
    settings.eventStore &&
    new EventStore({
      pool: createReadModelPool(settings.eventStore.url, { ...(max !== undefined && { max }) }),
      table: settings.eventStore.table,
      setting: settings.eventStore.variable,
    });
  const history = eventStore && aggregateHistory(eventStore, context.events, discardedOf);
  const fromLog = {
    ...{ kafka, topic: topic.value, events: context.events },
    discarded: registry.letterActions.discarded.bind(registry.letterActions),
    ...(onReadFault && { onFault: onReadFault }),
  };
  const ownStores = new Map<string, OwnStore>();
  /** @param retryBudgetMs how long transient faults of one call are retried, where not as long as all other calls */
  const storeOf = (projection: Projection, retryBudgetMs = stores.retryBudgetMs): GenerationStore => {
    const opened = ownStores.get(projection.name);
    if (opened) return opened;
    const store = openGenerationStore(projection, {
      ...{ ...stores, alias: readers.get(projection.name)?.value },
      ...(retryBudgetMs !== undefined && { retryBudgetMs }),
    });
    // Ours are views of clients that are shared; what a store of somebody else's holds is not known.
    if ('open' in projection.storage) ownStores.set(projection.name, store);
    return store;
  };
  return {
    settings,
    eventStore,
    storeOf,
    /** What closes gaps while it is fed; without it, such aggregates wait for a repair. */
    history,
    /** What documents are repaired from: the event store, else the log. */
    permanent: eventStore ? permanentHistory(eventStore, context.events, discardedOf) : permanentLog(fromLog),
    of: (projection: Projection): ModelServers => ({
      ...{ kafka, topic: topic.value, topicSetting: topic.variable },
      ...{ registry, store: storeOf(projection), history, eventStore },
      ...(onReadFault && { onReadFault }),
    }),
    /** What the dead letters of its log are looked at and worked on with, for these read models. */
    letterServers: (events: LetterServers['events'], projections: readonly Projection[]): LetterServers => ({
      ...{ kafka, contract: context.events, events, deadLetters: deadLetterTopic.value },
      ...{ registry, blocked: registry.blocked, actions: registry.letterActions },
      history: history ?? logHistory(fromLog),
      models: projections.map((projection) => ({ projection, store: storeOf(projection) })),
    }),
    /** What the registry is compared with. */
    boundModels: (projections: readonly Projection[] = context.projections): BoundModels => ({
      ...{ registry, kafka, topic: topic.value, topicSetting: topic.variable },
      models: projections.map((projection) => {
        const setting = readers.get(projection.name);
        return {
          ...{ projection, store: storeOf(projection) },
          readersSetting: setting?.kind === 'alias' ? setting.variable : undefined,
        };
      }),
    }),
    close: async (): Promise<void> =>
      void (await Promise.allSettled([
        eventStore?.pool.end(),
        ...[...ownStores.values()].map((store) => store.close?.()),
      ])),
  };
}
