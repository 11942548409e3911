import type { ProductEvent } from '@reprise/product-events';
import { type ProductState, type RefusalReason } from '@reprise/product-domain';
import { Resource, type RefusalAnswers, type WriteDatabase } from '@reprise/write-api';
import { type Registry } from 'prom-client';
import { productAggregate } from './product-aggregate.ts';
import { ProductResponse } from './product-response.ts';

export const productRefusals: RefusalAnswers<RefusalReason> = {
  'product-not-found': { status: 404, title: 'No such product' },
  'product-deleted': { status: 410, title: 'The product was deleted' },
  'product-already-exists': { status: 409, title: 'The product exists already' },
  'insufficient-stock': { status: 409, title: 'Not enough stock' },
  'stock-limit-exceeded': { status: 409, title: 'Stock limit exceeded' },
  'invalid-value': { status: 400, title: 'A value cannot be stored' },
};

/** Products over HTTP. */
export class ProductResource extends Resource<ProductState, ProductEvent, RefusalReason, ProductResponse> {
  constructor(database: WriteDatabase, metrics: Registry) {
    super(database, metrics, {
      aggregate: productAggregate,
      path: '/v1/products',
      refusals: productRefusals,
      show: (state) => new ProductResponse(state),
    });
  }
}
