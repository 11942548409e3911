import { ApiProperty } from '@nestjs/swagger';
import type { ProductView } from './product-view.ts';

/** The longest texts of a product, in characters, as its events bound them. */
export const longest = { title: 200, description: 10_000, brand: 100, categoryId: 64, tag: 50 };

/** A product's shape for the OpenAPI document. */
export class ProductResponse implements ProductView {
  @ApiProperty({ format: 'uuid' })
  productId: string;

  @ApiProperty({ maxLength: longest.title })
  title: string;

  @ApiProperty({ maxLength: longest.description })
  description: string;

  @ApiProperty({ type: String, nullable: true, maxLength: longest.brand })
  brand: string | null;

  @ApiProperty({ maxLength: longest.categoryId })
  categoryId: string;

  @ApiProperty({ type: 'integer', description: 'Minor units of the currency.' })
  priceMinor: number;

  @ApiProperty({ example: 'EUR', maxLength: 3 })
  currency: string;

  @ApiProperty({ type: 'integer' })
  stock: number;

  @ApiProperty({ type: 'array', maxItems: 20, items: { type: 'string', maxLength: longest.tag } })
  tags: string[];

  @ApiProperty({ type: 'integer', description: 'Version of the product this answer shows; also its ETag.' })
  version: number;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt: string;
}
