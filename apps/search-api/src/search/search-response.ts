import { ApiProperty } from '@nestjs/swagger';
import { longest, ProductResponse } from '../product/product-response.ts';
import type { SearchResult } from '../product-index.ts';
import {
  mostCurrencies,
  mostValues,
  priceRanges,
  type Facets,
  type PriceFacet,
  type ValueCount,
} from './facets.ts';
import { largestPage, longestCursor } from './search-products.query.ts';

/** The answer's shape for the OpenAPI document; `implements` keeps it true to what is answered. */
class HitResponse extends ProductResponse {
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'How well the text matched, when sorted by relevance.',
  })
  score: number | null;
}

class TotalResponse {
  @ApiProperty({ type: 'integer' })
  value: number;

  @ApiProperty({ enum: ['eq', 'gte'], description: 'gte: there are at least this many.' })
  relation: 'eq' | 'gte';
}

class ValueCountResponse implements ValueCount {
  @ApiProperty({ maxLength: longest.brand })
  value: string;

  @ApiProperty({ type: 'integer' })
  count: number;
}

class PriceRangeResponse {
  @ApiProperty({ type: 'integer', description: 'Minor units, inclusive.' })
  from: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Minor units, exclusive; null for no end.' })
  to: number | null;

  @ApiProperty({ type: 'integer' })
  count: number;
}

class PriceFacetResponse implements PriceFacet {
  @ApiProperty({ example: 'EUR', maxLength: 3 })
  currency: string;

  @ApiProperty({ type: 'integer' })
  count: number;

  @ApiProperty({ type: 'integer', description: 'Minor units.' })
  min: number;

  @ApiProperty({ type: 'integer', description: 'Minor units.' })
  max: number;

  @ApiProperty({ type: [PriceRangeResponse], maxItems: priceRanges.length })
  ranges: PriceRangeResponse[];
}

class AvailabilityResponse {
  @ApiProperty({ type: 'integer' })
  available: number;

  @ApiProperty({ type: 'integer' })
  unavailable: number;
}

class OthersResponse implements Record<keyof Facets['others'], number> {
  @ApiProperty({ type: 'integer', description: 'Beyond the 50 most frequent.' })
  categories: number;

  @ApiProperty({ type: 'integer', description: 'Beyond the 50 most frequent.' })
  brands: number;

  @ApiProperty({ type: 'integer', description: 'Beyond the 50 most frequent.' })
  tags: number;

  @ApiProperty({ type: 'integer', description: 'In other currencies, beyond the 10 most frequent.' })
  prices: number;
}

class FacetsResponse implements Facets {
  @ApiProperty({ type: [ValueCountResponse], maxItems: mostValues })
  categories: ValueCountResponse[];

  @ApiProperty({ type: [ValueCountResponse], maxItems: mostValues })
  brands: ValueCountResponse[];

  @ApiProperty({ type: [ValueCountResponse], maxItems: mostValues })
  tags: ValueCountResponse[];

  @ApiProperty({ type: [PriceFacetResponse], maxItems: mostCurrencies })
  prices: PriceFacetResponse[];

  @ApiProperty({ type: AvailabilityResponse })
  availability: AvailabilityResponse;

  @ApiProperty({
    type: OthersResponse,
    description: 'How many products have a value that is not listed. 0: the list is complete.',
  })
  others: OthersResponse;
}

export class SearchResponse implements SearchResult {
  @ApiProperty({ type: TotalResponse })
  total: TotalResponse;

  @ApiProperty({ type: [HitResponse], maxItems: largestPage })
  hits: HitResponse[];

  @ApiProperty({
    type: FacetsResponse,
    description: 'Each facet is counted with all filters except its own.',
  })
  facets: FacetsResponse;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: longestCursor,
    description: 'Continues after the last hit; null on the last page.',
  })
  nextCursor: string | null;
}
