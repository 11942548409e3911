import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from '@reprise/runtime';
import { OperationsModule } from '@reprise/http';
import type { Registry } from 'prom-client';
import { ProductController } from './product/product.controller.ts';
import { ProductIndex } from './product-index.ts';
import { SearchController } from './search/search.controller.ts';

export interface SearchApiOptions {
  readonly index: ProductIndex;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** Queries over the read alias, and the operations endpoints; it is ready while the alias points to exactly one index. */
@Module({})
export class SearchApiModule {
  static register({ index, metrics, logger }: SearchApiOptions): DynamicModule {
    return {
      module: SearchApiModule,
      imports: [
        OperationsModule.register({ metrics, logger, ready: { 'search-alias': () => index.checkAlias() } }),
      ],
      controllers: [SearchController, ProductController],
      providers: [{ provide: ProductIndex, useValue: index }],
    };
  }
}
