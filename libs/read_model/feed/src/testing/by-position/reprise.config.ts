import { defineReprise } from '@reprise/contexts';
import { defineEvents, type EventContract } from '@reprise/events';
import { productAggregates, upcasters } from '@reprise/product-events';
import { projections } from '@reprise/product-read-model';

// A process loads this file, so nothing here may need a test runner.
const events = defineEvents({
  aggregates: productAggregates,
  upcasters,
  versions: 'position',
}) as unknown as EventContract;

/** The product catalogue as a context whose log carries no versions, and without an event store. */
export default defineReprise({
  contexts: [
    {
      name: 'product',
      events,
      projections: projections.map((projection) => ({ ...projection, events })),
      variables: { prefix: '', aliases: { product_search: 'SEARCH_ALIAS' } },
    },
  ],
});
