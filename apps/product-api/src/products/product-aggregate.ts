import { productAggregateType, type ProductEvent, productEvents } from '@reprise/product-events';
import { evolveProduct, existing, type ProductState, type RefusalReason } from '@reprise/product-domain';
import { type Aggregate } from '@reprise/write-api';

/** Products as the write database keeps them. */
export const productAggregate: Aggregate<ProductState, ProductEvent, RefusalReason> = {
  type: productAggregateType,
  table: {
    name: 'products',
    id: 'productId',
    columns: {
      productId: ['id', 'uuid'],
      title: ['title', 'text'],
      description: ['description', 'text'],
      brand: ['brand', 'text'],
      categoryId: ['category_id', 'text'],
      priceMinor: ['price_minor', 'bigint'],
      currency: ['currency', 'text'],
      stock: ['stock', 'int'],
      tags: ['tags', 'text[]'],
      status: ['status', 'text'],
    },
  },
  existing,
  evolve: evolveProduct,
  encode: productEvents.encode,
};
