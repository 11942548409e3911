import { defineReprise } from '@reprise/contexts';
import { productEventsByPosition, projectionsByPosition } from '@reprise/product-read-model/testing';

/** The product catalogue as a context whose log carries no versions, and without an event store. */
export default defineReprise({
  contexts: [
    {
      name: 'product',
      events: productEventsByPosition,
      projections: projectionsByPosition,
      variables: { prefix: '', aliases: { product_search: 'SEARCH_ALIAS' } },
    },
  ],
});
