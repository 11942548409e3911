import { eventLimits, type Price } from '@reprise/events';
import { IntegerField, NonZeroIntegerField, TextField } from '@reprise/write-api';
import { CurrencyField, TagsField } from './product-fields.ts';

export class ChangeDetailsRequest {
  @TextField(eventLimits.title, { description: 'New title', optional: true })
  readonly title?: string;

  @TextField(eventLimits.description, { description: 'New description', optional: true })
  readonly description?: string;

  @TextField(eventLimits.brand, { description: 'New brand', optional: true })
  readonly brand?: string;

  @TagsField({ description: 'New tags, replacing all earlier ones', optional: true })
  readonly tags?: string[];
}

export class ChangePriceRequest implements Price {
  @IntegerField(eventLimits.priceMinor, { description: 'New price in minor units (cents)' })
  readonly priceMinor: number;

  @CurrencyField({ description: 'Currency of the new price, ISO 4217' })
  readonly currency: string;
}

export class ChangeCategoryRequest {
  @TextField(eventLimits.categoryId, { description: 'New category of the product' })
  readonly categoryId: string;
}

export class AdjustStockRequest {
  @NonZeroIntegerField(eventLimits.stockDelta, {
    description: 'Pieces added (positive) or removed (negative)',
  })
  readonly delta: number;

  @TextField(eventLimits.reason, { description: 'Why, for the record', optional: true })
  readonly reason?: string;
}

export class DeleteProductRequest {
  @TextField(eventLimits.reason, { description: 'Why, for the record', optional: true })
  readonly reason?: string;
}
