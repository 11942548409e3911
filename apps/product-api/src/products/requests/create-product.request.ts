import { eventLimits, type ProductCreatedData } from '@reprise/events';
import { IntegerField, TextField } from '@reprise/write-api';
import { CurrencyField, TagsField } from './product-fields.ts';

export class CreateProductRequest implements ProductCreatedData {
  @TextField(eventLimits.title, { description: 'Name shown to customers' })
  readonly title: string;

  @TextField(eventLimits.description, { description: 'Longer text; may be empty' })
  readonly description: string;

  @TextField(eventLimits.brand, { description: 'Maker of the product', optional: true })
  readonly brand?: string;

  @TextField(eventLimits.categoryId, { description: 'Category the product is listed in' })
  readonly categoryId: string;

  @IntegerField(eventLimits.priceMinor, { description: 'Price in minor units (cents)' })
  readonly priceMinor: number;

  @CurrencyField({ description: 'Currency of the price, ISO 4217' })
  readonly currency: string;

  @IntegerField(eventLimits.stock, { description: 'Pieces in stock' })
  readonly stock: number;

  @TagsField({ description: 'Words to find the product by' })
  readonly tags: string[];
}
