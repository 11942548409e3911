import { type WriteApi } from '@reprise/write-api';
import { writeSchema } from './migrations/write-migrations.ts';
import { ProductResource } from './products/product-resource.ts';
import { ProductController } from './products/product.controller.ts';

/** The write API of the product catalogue. */
export const productApi: WriteApi = {
  name: 'product-api',
  context: 'product',
  title: 'product API',
  settings: { prefix: '', port: { variable: 'PRODUCT_API_PORT', fallback: 3000 } },
  schema: writeSchema,
  openApi: {
    title: 'Reprise product API',
    description:
      'Creates and changes products. Every change is an event, stored in the transaction that makes it.',
    version: '1',
  },
  controllers: [ProductController],
  resources: [ProductResource],
};
