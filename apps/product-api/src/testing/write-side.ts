import { type ProductEvent, productEvents } from '@reprise/product-events';
import { createProduct, type ProductState, type RefusalReason } from '@reprise/product-domain';
import { type SettingsLevel } from '@reprise/test-kit';
import { AggregateStore, type WriteDatabase } from '@reprise/write-api';
import {
  commandContext as context,
  openDatabase as open,
  testWriteSide,
  type TestWriteSide,
} from '@reprise/write-api/testing';
import { v7 } from 'uuid';
import { productApi } from '../product-api.ts';
import { productAggregate } from '../products/product-aggregate.ts';

export { context };

export type ProductStore = AggregateStore<ProductState, ProductEvent, RefusalReason>;

export interface WriteSide extends TestWriteSide {
  readonly store: ProductStore;
  /** Creates a product through the store and returns its id. */
  create(): Promise<string>;
  /** How many rows there are in all. */
  counts(): Promise<{ products: number; events: number; messages: number; answers: number }>;
}

export const mug = {
  title: 'Enamel mug',
  description: 'Holds 350 ml.',
  brand: 'Fjell',
  categoryId: 'kitchen',
  priceMinor: 1_450,
  currency: 'EUR',
  stock: 10,
  tags: ['camping', 'comma, "quote" and {brace}'],
} as const;

/** A fresh migrated write database for one test file, which may have odd session settings, and the store on it. */
export async function writeSide(poolSize = 10, odd?: SettingsLevel): Promise<WriteSide> {
  const side = await testWriteSide(productApi, poolSize, odd);
  const store: ProductStore = new AggregateStore(side.database, productAggregate);
  return {
    ...side,
    store,
    create: async () => {
      const productId = v7();
      await store.create((state) => createProduct(state, { ...mug, productId }, context()), undefined);
      return productId;
    },
    counts: () => side.countRows({ products: 'products' }),
  };
}

/** Opens the application's pool; it is closed at the end of the test file. */
export function openDatabase(url: string, poolSize = 10): Promise<WriteDatabase> {
  return open(productApi, url, poolSize);
}

/** The events of a product as the event store has them. */
export async function eventsOf(side: WriteSide, productId: string): Promise<ProductEvent[]> {
  const rows = await side.query<{ text: string }>(
    'SELECT envelope::text AS text FROM event_store WHERE aggregate_id = $1 ORDER BY aggregate_version',
    [productId],
  );
  return rows.map(({ text }) => {
    const decoded = productEvents.read(text);
    if (!decoded.ok) throw new Error(decoded.message);
    return decoded.event;
  });
}
