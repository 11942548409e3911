import { randomUUID } from 'node:crypto';
import type { estypes } from '@elastic/elasticsearch';
import { productSearch, type ProductSearchDocument, productSearchStorage } from '@reprise/product-read-model';
import type { VersionedDocument } from '@reprise/read-model-documents';
import { applyEvent } from '@reprise/read-model-projections';
import { productHistory, type HistoryStep } from '@reprise/product-read-model/testing';
import { afterFile, dropIndices, elasticsearch, freshName } from '@reprise/test-kit';

/** A fresh read alias with one generation behind it, made from the projection's storage definition. */
export interface Catalogue {
  /** Also the name of the projection that its generations belong to. */
  readonly alias: string;
  /** Folds events into a document, writes it and makes it searchable. Returns the product's id. */
  add(events: readonly HistoryStep[], options?: { id?: string; startedAt?: Date }): Promise<string>;
  /** The same for many products at once, each begun at the same moment. */
  addAll(histories: readonly (readonly HistoryStep[])[], startedAt: Date): Promise<string[]>;
  /**
   * Points the alias, in one call, to a new empty index, to both that and the first one, to a new one with the same products, as a
   * rebuild would, or to none. Returns the index the alias is on, the last one of several.
   */
  switchTo(target: 'empty' | 'both' | 'rebuilt' | 'nothing'): Promise<string>;
  /** Points the alias to the first index again. */
  switchBack(): Promise<void>;
}

/** Creates a catalogue that is dropped at the end of the test file. */
export async function freshCatalogue(): Promise<Catalogue> {
  const client = elasticsearch();
  const alias = freshName('test_search');
  afterFile(() => dropIndices(alias));
  const first = `${alias}_v1`;
  await createIndex(first, alias);
  await client.indices.putAlias({ index: first, name: alias });
  const documents = new Map<string, ProductSearchDocument>();
  let indices = 1;

  const pointTo = async (...targets: string[]): Promise<string> => {
    const remove = { index: `${alias}_v*`, alias, must_exist: false };
    const add = targets.map((index) => ({ add: { index, alias } }));
    await client.indices.updateAliases({ actions: [{ remove }, ...add] });
    return targets.at(-1) ?? '';
  };
  const write = async (index: string, added: readonly ProductSearchDocument[]): Promise<string[]> => {
    for (const document of added) documents.set(document.productId, document);
    const operations = added.flatMap((document) => [{ index: { _id: document.productId } }, document]);
    const { errors, items } = await client.bulk({ index, operations, refresh: true });
    if (errors) throw new Error(`a document was refused: ${JSON.stringify(items)}`);
    return added.map(({ productId }) => productId);
  };
  return {
    alias,
    add: async (events, options = {}) => {
      const [id = ''] = await write(first, [fold(events, options)]);
      return id;
    },
    addAll: (histories, startedAt) =>
      write(
        first,
        histories.map((events) => fold(events, { startedAt })),
      ),
    switchTo: async (target) => {
      if (target === 'nothing') return pointTo();
      indices += 1;
      const index = `${alias}_v${indices}`;
      await createIndex(index, alias);
      if (target === 'rebuilt') await write(index, [...documents.values()]);
      return target === 'both' ? pointTo(first, index) : pointTo(index);
    },
    switchBack: async () => void (await pointTo(first)),
  };
}

async function createIndex(index: string, projection: string): Promise<void> {
  // The storage definition is plain data, so that it needs no client's types.
  const properties = productSearchStorage.properties as Record<string, estypes.MappingProperty>;
  await elasticsearch().indices.create({
    index,
    settings: { number_of_shards: 1, number_of_replicas: 0 },
    mappings: { dynamic: 'strict', _meta: { uuid: randomUUID(), projection }, properties },
    wait_for_active_shards: 1,
  });
}

function fold(
  events: readonly HistoryStep[],
  options: { id?: string; startedAt?: Date },
): ProductSearchDocument {
  let document: VersionedDocument<ProductSearchDocument> | undefined;
  for (const event of productHistory({ events, ...options })) {
    const applied = applyEvent(productSearch, document, event);
    if (applied.outcome === 'applied') document = applied.document;
  }
  if (document?.data === undefined) throw new RangeError('a catalogue entry needs events');
  return document.data;
}
