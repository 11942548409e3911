import { productEvents } from '@reprise/product-events';
import { productSearch } from '@reprise/product-read-model';
import { createReprise, defineReprise, ownEventStore, type Receipt } from '@reprise/reprise';

const definition = defineReprise({
  contexts: [
    {
      name: 'product',
      events: productEvents,
      projections: [productSearch],
      eventStore: ownEventStore,
      variables: { prefix: '', aliases: { product_search: 'SEARCH_ALIAS' } },
    },
  ],
});

/** Rebuilds the search index as a part of another program and reports progress. */
export async function rebuildSearch(
  env: NodeJS.ProcessEnv,
  { signal, report }: { readonly signal: AbortSignal; readonly report: (line: string) => void },
): Promise<Receipt> {
  const reprise = createReprise(definition, {
    env,
    signal,
    onProgress: (_, { step, percent }) => report(`${step}: ${percent} % of the log read`),
    onNotice: (_, line) => report(line),
  });
  try {
    return await reprise.rebuild('product_search', { source: 'auto' });
  } finally {
    await reprise.close();
  }
}
