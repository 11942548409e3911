import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProblemException, validationProblem } from '@reprise/runtime/http';
import { ProductIndex, type SearchResult } from '../product-index.ts';
import type { SearchCriteria } from './criteria.ts';
import { decodeCursor, type SortValues } from './cursor.ts';
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
  @ApiOperation({ summary: 'Finds published products by text and filters, with facets, a page at a time' })
  @ApiOkResponse({ type: SearchResponse })
  search(@Query() query: SearchProductsQuery): Promise<SearchResult> {
    const criteria = criteriaOf(query);
    const { priceMin, priceMax } = criteria;
    if (priceMin !== undefined && priceMax !== undefined && priceMin > priceMax) {
      throw validationProblem([{ field: 'priceMin', message: 'priceMin must not be greater than priceMax' }]);
    }
    return this.#index.search(criteria, query.size ?? defaultPageSize, continuation(query.cursor, criteria));
  }
}

function continuation(cursor: string | undefined, criteria: SearchCriteria): SortValues | undefined {
  if (cursor === undefined) return undefined;
  const decoded = decodeCursor(cursor, criteria);
  if (decoded.ok) return decoded.after;
  const detail =
    decoded.reason === 'other-search'
      ? 'The cursor belongs to a search with other parameters. Repeat those, or leave the cursor out to begin anew.'
      : 'The cursor is not one this service made. Leave it out to begin anew.';
  throw new ProblemException(400, 'invalid-cursor', 'The cursor cannot be continued', detail, {
    errors: [{ field: 'cursor', message: detail }],
  });
}
