import type { estypes } from '@elastic/elasticsearch';
import type { ProductSearchDocument } from '@reprise/read-model-documents';
import { applyEvent, productSearch, productSearchStorage } from '@reprise/read-model-projections';
import {
  afterFile,
  dropIndices,
  elasticsearch,
  freshName,
  productHistory,
  type HistoryStep,
} from '@reprise/test-kit';

/** A read alias of its own with one index behind it, made from the projection's storage definition. */
export interface Catalogue {
  readonly alias: string;
  /** Folds events into a document, writes it and makes it searchable. Returns the product's id. */
  add(events: readonly HistoryStep[], options?: { id?: string; startedAt?: Date }): Promise<string>;
  /** Points the alias, in one call, to a new empty index, to both that and the first one, or to none. */
  switchTo(target: 'empty' | 'both' | 'nothing'): Promise<void>;
  /** Points the alias to the first index again. */
  switchBack(): Promise<void>;
}

/** Creates a catalogue that is dropped at the end of the test file. */
export async function freshCatalogue(): Promise<Catalogue> {
  const client = elasticsearch();
  const alias = freshName('test_search');
  afterFile(() => dropIndices(alias));
  const first = `${alias}_v1`;
  await createIndex(first);
  await client.indices.putAlias({ index: first, name: alias });
  let indices = 1;

  const pointTo = async (...targets: string[]): Promise<void> => {
    const remove = { index: `${alias}_v*`, alias, must_exist: false };
    const add = targets.map((index) => ({ add: { index, alias } }));
    await client.indices.updateAliases({ actions: [{ remove }, ...add] });
  };
  return {
    alias,
    add: async (events, options = {}) => {
      const document = fold(events, options);
      await client.index({ index: first, id: document.productId, document, refresh: true });
      return document.productId;
    },
    switchTo: async (target) => {
      if (target === 'nothing') return pointTo();
      indices += 1;
      const index = `${alias}_v${indices}`;
      await createIndex(index);
      return target === 'both' ? pointTo(first, index) : pointTo(index);
    },
    switchBack: () => pointTo(first),
  };
}

async function createIndex(index: string): Promise<void> {
  // The storage definition is plain data, so that it needs no client's types.
  const properties = productSearchStorage.properties as Record<string, estypes.MappingProperty>;
  await elasticsearch().indices.create({
    index,
    settings: { number_of_shards: 1, number_of_replicas: 0 },
    mappings: { dynamic: 'strict', properties },
    wait_for_active_shards: 1,
  });
}

function fold(
  events: readonly HistoryStep[],
  options: { id?: string; startedAt?: Date },
): ProductSearchDocument {
  let document: ProductSearchDocument | undefined;
  for (const event of productHistory({ events, ...options })) {
    const applied = applyEvent(productSearch, document, event);
    if (applied.outcome === 'applied') document = applied.document;
  }
  if (document === undefined) throw new RangeError('a catalogue entry needs events');
  return document;
}
