import { type ProductCreatedData, productLimits } from '@reprise/product-events';
import { IntegerField, TextField } from '@reprise/write-api';
import { CurrencyField, TagsField } from './product-fields.ts';

export class CreateProductRequest implements ProductCreatedData {
  @TextField(productLimits.title, { description: 'Name shown to customers' })
  readonly title: string;

  @TextField(productLimits.description, { description: 'Longer text; may be empty' })
  readonly description: string;

  @TextField(productLimits.brand, { description: 'Maker of the product', optional: true })
  readonly brand?: string;

  @TextField(productLimits.categoryId, { description: 'Category the product is listed in' })
  readonly categoryId: string;

  @IntegerField(productLimits.priceMinor, { description: 'Price in minor units (cents)' })
  readonly priceMinor: number;

  @CurrencyField({ description: 'Currency of the price, ISO 4217' })
  readonly currency: string;

  @IntegerField(productLimits.stock, { description: 'Pieces in stock' })
  readonly stock: number;

  @TagsField({ description: 'Words to find the product by' })
  readonly tags: string[];
}
