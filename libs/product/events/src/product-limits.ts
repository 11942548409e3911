/**
 * Bounds of the values a product event may carry. Code that accepts such values from outside (the API's request bodies) shares
 * them. Text lengths count Unicode code points. Stock fits a 32-bit column; money stays an integer that JSON keeps exact.
 */
export const productLimits = {
  title: { minLength: 1, maxLength: 200 },
  description: { minLength: 0, maxLength: 10_000 },
  brand: { minLength: 1, maxLength: 100 },
  categoryId: { minLength: 1, maxLength: 64 },
  tags: { maxItems: 20 },
  tag: { minLength: 1, maxLength: 50 },
  reason: { minLength: 1, maxLength: 500 },
  priceMinor: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  stock: { minimum: 0, maximum: 2_147_483_647 },
  stockDelta: { minimum: -2_147_483_647, maximum: 2_147_483_647 },
} as const;

/** ISO 4217 alphabetic code by its shape; the event log does not check whether the currency exists. */
export const currencyPattern = '^[A-Z]{3}$';
