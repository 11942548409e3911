import { defineReprise } from '@reprise/contexts';
import { productEvents } from '@reprise/product-events';
import { productSummary } from '@reprise/product-read-model';

// A process loads this file, so nothing here may need a test runner.
export default defineReprise({
  contexts: [
    { name: 'product', events: productEvents, projections: [productSummary], variables: { prefix: '' } },
  ],
});
