import { Module, type DynamicModule } from '@nestjs/common';
import { OperationsModule } from '@reprise/runtime/http';
import type { Registry } from 'prom-client';
import { ProductController } from './product/product.controller.ts';
import { ProductIndex } from './product-index.ts';
import { SearchController } from './search/search.controller.ts';

export interface SearchApiOptions {
  readonly index: ProductIndex;
  readonly metrics: Registry;
}

/** Queries over the read alias, and the operations endpoints; it is ready while the alias points to exactly one index. */
@Module({})
export class SearchApiModule {
  static register({ index, metrics }: SearchApiOptions): DynamicModule {
    return {
      module: SearchApiModule,
      imports: [OperationsModule.register({ metrics, ready: { 'search-alias': () => index.checkAlias() } })],
      controllers: [SearchController, ProductController],
      providers: [{ provide: ProductIndex, useValue: index }],
    };
  }
}
