import { currencyPattern, productLimits } from '@reprise/product-events';
import { PatternField, TextsField } from '@reprise/write-api';

/** A currency by its code; whether there is such a currency is not checked. */
export function CurrencyField({ description }: { readonly description: string }): PropertyDecorator {
  return PatternField(currencyPattern, 'an ISO 4217 code', { description, example: 'EUR' });
}

export function TagsField(options: {
  readonly description: string;
  readonly optional?: boolean;
}): PropertyDecorator {
  return TextsField(productLimits.tags, productLimits.tag, options);
}
