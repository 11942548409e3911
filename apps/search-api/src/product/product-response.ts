import { ApiProperty } from '@nestjs/swagger';
import type { ProductView } from './product-view.ts';

/** A product's shape for the OpenAPI document. */
export class ProductResponse implements ProductView {
  @ApiProperty({ format: 'uuid' })
  productId: string;

  @ApiProperty()
  title: string;

  @ApiProperty()
  description: string;

  @ApiProperty({ type: String, nullable: true })
  brand: string | null;

  @ApiProperty()
  categoryId: string;

  @ApiProperty({ type: 'integer', description: 'Minor units of the currency.' })
  priceMinor: number;

  @ApiProperty({ example: 'EUR' })
  currency: string;

  @ApiProperty({ type: 'integer' })
  stock: number;

  @ApiProperty({ type: [String] })
  tags: string[];

  @ApiProperty({ type: 'integer', description: 'Version of the product this answer shows; also its ETag.' })
  version: number;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt: string;
}
