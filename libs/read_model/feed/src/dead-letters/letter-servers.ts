import type { EventContract } from '@reprise/events';
import {
  assertSameLog,
  fedStates,
  fingerprintOf,
  isSameLog,
  type BlockedAggregates,
  type DeadLetterActions,
  type Generation,
  type GenerationStore,
  type LogNow,
  type Registry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { AggregateHistory } from '../event-store/aggregate-history.ts';
import type { KafkaConnection } from '../kafka/kafka-topic.ts';

/** What dead letters are looked at, redriven and discarded with. */
export interface LetterServers {
  readonly kafka: KafkaConnection;
  readonly contract: EventContract;
  /** The event log the dead letters came from. */
  readonly events: LogNow;
  readonly deadLetters: string;
  readonly registry: Pick<Registry, 'listGenerations' | 'listRuns' | 'positions'>;
  readonly blocked: BlockedAggregates;
  readonly actions: DeadLetterActions;
  /** The read models that are meant. */
  readonly models: readonly { readonly projection: Projection; readonly store: GenerationStore }[];
  readonly history: AggregateHistory;
}

/** A read model with the generations of it that this release feeds. */
export interface LetterModel {
  readonly projection: Projection;
  readonly store: GenerationStore;
  /** The one readers use last, as the live feed does it. */
  readonly generations: readonly Generation[];
  readonly live: Generation | undefined;
}

/**
 * Refuses to apply letters where versions are positions and readers are on a generation of another log than the one there is now.
 * @throws BuiltFromAnotherLog
 */
export async function assertLettersFit({ registry, models, events }: LetterServers): Promise<void> {
  for (const { projection } of models) {
    const live = await registry.listGenerations({ projection: projection.name, states: ['LIVE'] });
    for (const generation of live)
      if (generation.fingerprint === fingerprintOf(projection, generation.topicId))
        assertSameLog(generation, projection, events);
  }
}

/** The read models with the generations that are fed now. Those of another release are that release's. */
export async function fedModels({ registry, models, events }: LetterServers): Promise<LetterModel[]> {
  const found: LetterModel[] = [];
  for (const { projection, store } of models) {
    const fed = await registry.listGenerations({
      projection: projection.name,
      states: fedStates,
      fingerprint: fingerprintOf(projection, events.id),
    });
    const listed = fed.filter((generation) => isSameLog(generation, projection, events));
    const live = listed.find(({ state }) => state === 'LIVE');
    const others = listed.filter((one) => one !== live);
    found.push({ projection, store, generations: live ? [...others, live] : others, live });
  }
  return found;
}
