import { defineReprise } from '@reprise/contexts';
import { ownEventStore } from '@reprise/events';
import { productEvents } from '@reprise/product-events';
import { projections as productProjections } from '@reprise/product-read-model';
import { recruitingEvents } from '@reprise/recruiting-events';
import { projections as recruitingProjections } from '@reprise/recruiting-read-model';

/** The bounded contexts that the relay, the consumer and the rebuild job serve. */
export default defineReprise({
  contexts: [
    {
      name: 'product',
      events: productEvents,
      projections: productProjections,
      eventStore: ownEventStore,
      outbox: true,
      variables: { prefix: '', aliases: { product_search: 'SEARCH_ALIAS' } },
    },
    {
      name: 'recruiting',
      events: recruitingEvents,
      projections: recruitingProjections,
      eventStore: ownEventStore,
      outbox: true,
    },
  ],
});
