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
  ValidateBy,
} from 'class-validator';
import { foldedText } from '@reprise/read-model-documents';
import { defaultSort, sortOrders, type SearchCriteria, type SortOrder } from './criteria.ts';
import { Digits, Flag, Text, Values } from './query-values.ts';
import { countWords } from './words.ts';

/** Hits of the largest page, and characters of the longest cursor. */
export const [largestPage, longestCursor] = [100, 4_000];

/** Values of one parameter that may be repeated. */
export const mostChosen = 20;
/**
 * Words of a text, counted after folding, which makes several of some characters. Each is a clause for each field that is searched, so
 * a query stays below the 1,024 clauses that any Elasticsearch accepts.
 */
export const mostWords = 100;
const longestValue = 128;
const highestPrice = Number.MAX_SAFE_INTEGER;

/** A parameter that may be given several times; any of its values will do. */
function AnyOf(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: 'array',
      items: { type: 'string', maxLength: longestValue },
      maxItems: mostChosen,
      description,
    }),
    IsOptional(),
    Values(),
    IsArray(),
    ArrayMaxSize(mostChosen),
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

function FewWords(): PropertyDecorator {
  return ValidateBy({
    name: 'words',
    validator: {
      validate: (value) => typeof value !== 'string' || countWords(foldedText(value)) <= mostWords,
      defaultMessage: () =>
        `$property must be at most ${mostWords} words; every CJK character and every symbol counts as one`,
    },
  });
}

/** The query string of `GET /v1/search`. */
export class SearchProductsQuery {
  @ApiPropertyOptional({
    description: `Words to find in title, brand, tags and description; at most ${mostWords}. Every CJK character and every symbol counts as one.`,
    maxLength: 200,
  })
  @IsOptional()
  @Text()
  @IsString()
  @MaxLength(200)
  @FewWords()
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
    maxLength: 3,
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
    maximum: largestPage,
    default: 20,
    description: 'Hits per page.',
  })
  @IsOptional()
  @Digits()
  @IsInt()
  @Min(1)
  @Max(largestPage)
  size?: number;

  @ApiPropertyOptional({
    description: "nextCursor of the previous page, with that page's other parameters.",
    maxLength: longestCursor,
  })
  @IsOptional()
  @Text()
  @IsString()
  @MaxLength(longestCursor)
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
