import { ApiProperty } from '@nestjs/swagger';
import { currencyPattern, productLimits } from '@reprise/product-events';
import { type ProductState, type ProductStatus } from '@reprise/product-domain';

/** A product as the API shows it: named member by member, so that a new field of the state is not shown by accident. */
export class ProductResponse {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'Number of events so far; the ETag without its quotes',
  })
  readonly version: number;

  @ApiProperty({ type: String, enum: ['draft', 'published', 'deleted'] })
  readonly status: ProductStatus;

  @ApiProperty({ maxLength: productLimits.title.maxLength })
  readonly title: string;

  @ApiProperty({ maxLength: productLimits.description.maxLength })
  readonly description: string;

  @ApiProperty({ type: String, required: false, maxLength: productLimits.brand.maxLength })
  readonly brand?: string;

  @ApiProperty({ maxLength: productLimits.categoryId.maxLength })
  readonly categoryId: string;

  @ApiProperty({ type: 'integer', description: 'Price in minor units (cents)' })
  readonly priceMinor: number;

  @ApiProperty({ example: 'EUR', pattern: currencyPattern, maxLength: 3 })
  readonly currency: string;

  @ApiProperty({ type: 'integer' })
  readonly stock: number;

  @ApiProperty({
    type: 'array',
    ...productLimits.tags,
    items: { type: 'string', maxLength: productLimits.tag.maxLength },
  })
  readonly tags: readonly string[];

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;

  @ApiProperty({ format: 'date-time' })
  readonly updatedAt: string;

  constructor(state: ProductState) {
    this.id = state.productId;
    this.version = state.version;
    this.status = state.status;
    this.title = state.title;
    this.description = state.description;
    if (state.brand !== undefined) this.brand = state.brand;
    this.categoryId = state.categoryId;
    this.priceMinor = state.priceMinor;
    this.currency = state.currency;
    this.stock = state.stock;
    this.tags = state.tags;
    this.createdAt = state.createdAt;
    this.updatedAt = state.updatedAt;
  }
}
