import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { foldedText } from '@reprise/read-model-documents';
import { defaultSort, sortOrders, type SearchCriteria, type SortOrder } from './criteria.ts';
import { Digits, Flag, Text, Values } from './query-values.ts';

const mostValues = 20;
const longestValue = 128;
const highestPrice = Number.MAX_SAFE_INTEGER;

/** A parameter that may be given several times; any of its values will do. */
function AnyOf(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: 'array',
      items: { type: 'string', maxLength: longestValue },
      maxItems: mostValues,
      description,
    }),
    IsOptional(),
    Values(),
    IsArray(),
    ArrayMaxSize(mostValues),
    IsString({ each: true }),
    MaxLength(longestValue, { each: true }),
  );
}

function PriceLimit(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: highestPrice, description }),
    IsOptional(),
    Digits(),
    IsInt(),
    Min(0),
    Max(highestPrice),
  );
}

/** The query string of `GET /v1/search`. */
export class SearchProductsQuery {
  @ApiPropertyOptional({
    description: 'Words to find in title, brand, tags and description.',
    maxLength: 200,
  })
  @IsOptional()
  @Text()
  @IsString()
  @MaxLength(200)
  q?: string;

  @AnyOf('Category id; repeat it to match any of several.')
  category?: string[];

  @AnyOf('Brand; repeat it to match any of several.')
  brand?: string[];

  @AnyOf('Tag; repeat it to match any of several.')
  tag?: string[];

  @PriceLimit('Lowest price, in minor units of the currency; not above priceMax.')
  priceMin?: number;

  @PriceLimit('Highest price, in minor units of the currency.')
  priceMax?: number;

  @ApiPropertyOptional({
    description: 'ISO 4217 code; only prices in it.',
    pattern: '^[A-Z]{3}$',
    example: 'EUR',
  })
  @IsOptional()
  @Text()
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code in capitals, such as EUR' })
  currency?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'true: in stock; false: out of stock.' })
  @IsOptional()
  @Flag()
  @IsBoolean({ message: 'available must be true or false' })
  available?: boolean;

  @ApiPropertyOptional({
    enum: sortOrders,
    description: 'relevance when q is given, else newest. Prices sort within their currency.',
  })
  @IsOptional()
  @Text()
  @IsIn(sortOrders)
  sort?: SortOrder;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 100,
    default: 20,
    description: 'Hits per page.',
  })
  @IsOptional()
  @Digits()
  @IsInt()
  @Min(1)
  @Max(100)
  size?: number;

  @ApiPropertyOptional({
    description: "nextCursor of the previous page, with that page's other parameters.",
    maxLength: 4_000,
  })
  @IsOptional()
  @Text()
  @IsString()
  @MaxLength(4_000)
  cursor?: string;
}

export const defaultPageSize = 20;

/** The criteria a valid query string stands for. */
export function criteriaOf(query: SearchProductsQuery): SearchCriteria {
  const { q, category, brand, tag, priceMin, priceMax, currency, available, sort } = query;
  return {
    text: q === undefined ? undefined : foldedText(q),
    categories: category,
    brands: brand,
    tags: tag,
    priceMin,
    priceMax,
    currency,
    available,
    sort: sort ?? defaultSort(q),
  };
}
