import type { ContextSettings } from '@reprise/contexts';
import {
  aggregateHistory,
  assertBound,
  EventStore,
  logHistory,
  type LetterServers,
} from '@reprise/read-model-feed';
import {
  createReadModelPool,
  openGenerationStore,
  type GenerationStore,
  type Registry,
  type StoreServers,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { RebuildServers } from '@reprise/read-model-rebuild';
import { permanentHistory, permanentLog } from '@reprise/read-model-repair';

/** What the contexts share. */
export interface SharedServers {
  readonly kafka: RebuildServers['kafka'];
  readonly registry: Registry;
  readonly stores: Omit<StoreServers, 'alias'>;
  readonly onReadFault: (reason: string) => void;
}

/** The log, the event store and the read models of one bounded context. */
export type ContextServers = ReturnType<typeof openContext>;

/** Opens what only this context has; connects to nothing yet. The opener closes it. */
export function openContext(settings: ContextSettings<Projection>, shared: SharedServers) {
  const { kafka, registry, stores, onReadFault } = shared;
  const { context, topic, deadLetterTopic, readers } = settings;
  const eventStore =
    settings.eventStore &&
    new EventStore({
      pool: createReadModelPool(settings.eventStore.url),
      table: settings.eventStore.table,
      setting: settings.eventStore.variable,
    });
  const history =
    eventStore && aggregateHistory(eventStore, context.events, registry.letterActions.discardedOf);
  const fromLog = {
    ...{ kafka, topic: topic.value, events: context.events },
    discarded: registry.letterActions.discarded.bind(registry.letterActions),
    onFault: onReadFault,
  };
  const storeOf = (projection: Projection): GenerationStore =>
    openGenerationStore(projection, { ...stores, alias: readers.get(projection.name)?.value });
  const modelOf = (projection: Projection) => {
    const setting = readers.get(projection.name);
    return {
      ...{ projection, store: storeOf(projection) },
      readersSetting: setting?.kind === 'alias' ? setting.variable : undefined,
    };
  };
  return {
    settings,
    eventStore,
    storeOf,
    /** What a rebuild of one of its projections needs. */
    of: (projection: Projection): RebuildServers => ({
      ...{
        kafka,
        topic: topic.value,
        topicSetting: topic.variable,
        registry,
        store: storeOf(projection),
        history,
        eventStore,
        onReadFault,
      },
    }),
    /** What documents are repaired from: the event store, else the log. */
    permanent: eventStore
      ? permanentHistory(eventStore, context.events, registry.letterActions.discardedOf)
      : permanentLog(fromLog),
    /** What the dead letters of its log are looked at and worked on with, for these read models. */
    letterServers: (events: LetterServers['events'], projections: readonly Projection[]): LetterServers => ({
      ...{ kafka, contract: context.events, events, deadLetters: deadLetterTopic.value },
      ...{ registry, blocked: registry.blocked, actions: registry.letterActions },
      history: history ?? logHistory(fromLog),
      models: projections.map((projection) => ({ projection, store: storeOf(projection) })),
    }),
    /** @throws BoundElsewhere; DependencyError */
    assertBound: (
      projections: readonly Projection[],
      record: boolean,
      onKafkaAway?: (reason: string) => void,
    ): Promise<void> =>
      assertBound({
        ...{ registry, record, kafka, topic: topic.value, topicSetting: topic.variable },
        models: projections.map(modelOf),
        ...(onKafkaAway && { onKafkaAway }),
      }),
    close: async (): Promise<void> => void (await eventStore?.pool.end()),
  };
}
