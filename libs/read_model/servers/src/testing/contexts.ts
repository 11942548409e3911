import type { Context } from '@reprise/contexts';
import { ownEventStore, type EventContract } from '@reprise/events';
import { productEvents } from '@reprise/product-events';
import { projections as ofProducts } from '@reprise/product-read-model';
import type { Projection } from '@reprise/read-model-projections';
import { recruitingEvents } from '@reprise/recruiting-events';
import { projections as ofRecruiting } from '@reprise/recruiting-read-model';

function context(name: string, events: unknown, projections: readonly Projection[]): Context<Projection> {
  const prefix = `${name.toUpperCase()}_`;
  return {
    ...{ name, projections, topic: `${name}.events`, deadLetterTopic: `dlq.${name}.events` },
    ...{ events: events as EventContract, eventStore: undefined, outbox: false },
    variables: {
      ...{ prefix, topic: `${prefix}EVENTS_TOPIC` },
      aliasOf: (projection) => `${projection.toUpperCase()}_ALIAS`,
    },
  };
}

/** A context with an event store, and read models in an index and in tables. */
export const products: Context<Projection> = {
  ...context('product', productEvents, ofProducts),
  eventStore: ownEventStore,
};

/** One without an event store, all of whose read models are tables. */
export const recruiting: Context<Projection> = context('recruiting', recruitingEvents, ofRecruiting);
