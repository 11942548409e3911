import fc from 'fast-check';
import { productEvents } from './index.ts';
import { priceChangedV0 } from './price-changed-v0.ts';

const oldPrice = (data: unknown) =>
  JSON.stringify({
    specversion: '1.0',
    id: '01a1f85b-56e1-7bde-8502-09ea2a2a2a2a',
    source: '/import/catalogue-2025',
    type: 'product.price-changed.v0',
    subject: '01a1f84a-95c0-7790-9c1c-1f0707070707',
    time: '2026-11-20T09:43:13.091Z',
    datacontenttype: 'application/json',
    aggregatetype: 'product',
    aggregateversion: 12,
    correlationid: '01a1f84b-840f-7770-a424-250909090909',
    data,
  });

describe('product.price-changed.v0', () => {
  it.each([
    ['12.5', 'EUR', 1250],
    ['0', 'EUR', 0],
    ['0.07', 'EUR', 7],
    ['19.99', 'USD', 1999],
    ['4490', 'JPY', 4490],
    ['4490.00', 'JPY', 4490],
    ['1.234', 'KWD', 1234],
    ['90071992547409.91', 'EUR', 9007199254740991],
  ])('%s %s becomes %d minor units', (price, currency, priceMinor) => {
    expect(productEvents.read(oldPrice({ price, currency }))).toMatchObject({
      ok: true,
      event: { type: 'product.price-changed.v1', aggregateversion: 12, data: { priceMinor, currency } },
    });
  });

  it('moves digits exactly, whatever the amount', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (minor) => {
        const digits = String(minor).padStart(3, '0');
        const price = `${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(priceChangedV0.upcast({ price, currency: 'EUR' })).toEqual({
          ok: true,
          data: { priceMinor: minor, currency: 'EUR' },
        });
      }),
    );
  });

  it.each<[string, unknown]>([
    ['/data/price must be a decimal string such as "12.50"', { price: 12.5, currency: 'EUR' }],
    ['/data/price must be a decimal string such as "12.50"', { price: '-1', currency: 'EUR' }],
    ['/data/price must be a decimal string such as "12.50"', { price: '1e3', currency: 'EUR' }],
    ['/data/price must be a decimal string such as "12.50"', { currency: 'EUR' }],
    ['/data/price must not have more than 2 decimals in its currency', { price: '1.005', currency: 'EUR' }],
    ['/data/price must not have more than 0 decimals in its currency', { price: '1.5', currency: 'JPY' }],
    ['/data/priceMinor must be <= 9007199254740991', { price: '90071992547409.92', currency: 'EUR' }],
    ['/data/currency is required', { price: '1' }],
    ['/data/currency must be string', { price: '1', currency: 7 }],
    ['/data/currency must match pattern "^[A-Z]{3}$"', { price: '1', currency: 'toString' }],
    ['/data/discount is not allowed', { price: '1', currency: 'EUR', discount: 1 }],
    ['/data must be object', null],
    ['/data must be object', []],
  ])('is refused: %s', (message, data) => {
    expect(productEvents.read(oldPrice(data))).toMatchObject({
      ok: false,
      reason: 'schema-violated',
      message: `schema violated: ${message}`,
      type: 'product.price-changed.v0',
      aggregateVersion: 12,
    });
  });
});
