import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblem, Permit, validationProblem } from '@reprise/http';
import { CallerSignal } from '../caller-signal.ts';
import { ProductIndex, type SearchResult } from '../product-index.ts';
import type { SearchCriteria } from './criteria.ts';
import { decodeCursor, type Continuation } from './cursor.ts';
import { invalidCursor } from './invalid-cursor.ts';
import { criteriaOf, defaultPageSize, SearchProductsQuery } from './search-products.query.ts';
import { SearchResponse } from './search-response.ts';

@ApiTags('search')
@Controller('v1/search')
export class SearchController {
  readonly #index: ProductIndex;

  constructor(index: ProductIndex) {
    this.#index = index;
  }

  @Get()
  @Permit('search:read')
  @ApiOperation({ summary: 'Finds published products by text and filters, with facets, a page at a time' })
  @ApiOkResponse({ type: SearchResponse })
  @ApiProblem(
    400,
    'A parameter is invalid, priceMin is above priceMax, or the cursor cannot be continued',
    'invalid-cursor',
  )
  @ApiProblem(
    503,
    'Elasticsearch is away or too slow, or there is no index; Retry-After says when to try again',
    'index-missing',
    'search-timed-out',
  )
  search(@Query() query: SearchProductsQuery, @CallerSignal() signal: AbortSignal): Promise<SearchResult> {
    const criteria = criteriaOf(query);
    const { priceMin, priceMax } = criteria;
    if (priceMin !== undefined && priceMax !== undefined && priceMin > priceMax) {
      throw validationProblem([{ field: 'priceMin', message: 'priceMin must not be greater than priceMax' }]);
    }
    const from = continuation(query.cursor, criteria);
    return this.#index.search(criteria, query.size ?? defaultPageSize, { from, signal });
  }
}

function continuation(cursor: string | undefined, criteria: SearchCriteria): Continuation | undefined {
  if (cursor === undefined) return undefined;
  const decoded = decodeCursor(cursor, criteria);
  if (decoded.ok) return decoded.from;
  throw invalidCursor(decoded.reason);
}
