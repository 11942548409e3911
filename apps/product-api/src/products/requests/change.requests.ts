import { type Price, productLimits } from '@reprise/product-events';
import { IntegerField, NonZeroIntegerField, TextField } from '@reprise/write-api';
import { CurrencyField, TagsField } from './product-fields.ts';

export class ChangeDetailsRequest {
  @TextField(productLimits.title, { description: 'New title', optional: true })
  readonly title?: string;

  @TextField(productLimits.description, { description: 'New description', optional: true })
  readonly description?: string;

  @TextField(productLimits.brand, { description: 'New brand', optional: true })
  readonly brand?: string;

  @TagsField({ description: 'New tags, replacing all earlier ones', optional: true })
  readonly tags?: string[];
}

export class ChangePriceRequest implements Price {
  @IntegerField(productLimits.priceMinor, { description: 'New price in minor units (cents)' })
  readonly priceMinor: number;

  @CurrencyField({ description: 'Currency of the new price, ISO 4217' })
  readonly currency: string;
}

export class ChangeCategoryRequest {
  @TextField(productLimits.categoryId, { description: 'New category of the product' })
  readonly categoryId: string;
}

export class AdjustStockRequest {
  @NonZeroIntegerField(productLimits.stockDelta, {
    description: 'Pieces added (positive) or removed (negative)',
  })
  readonly delta: number;

  @TextField(productLimits.reason, { description: 'Why, for the record', optional: true })
  readonly reason?: string;
}

export class DeleteProductRequest {
  @TextField(productLimits.reason, { description: 'Why, for the record', optional: true })
  readonly reason?: string;
}
