import type { Upcaster } from '@reprise/events';

/** Digits after the decimal point where ISO 4217 does not say 2. */
const minorUnitDigits: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  ...Object.fromEntries('CLF UYW'.split(' ').map((code) => [code, 4])),
};

const decimal = /^(\d{1,16})(?:\.(\d{1,4}))?$/;

/**
 * `product.price-changed.v0` carried `price` as a decimal string in major units ("12.5" EUR). Version 1 carries `priceMinor` as an
 * integer in the currency's minor unit (1250). Digits are moved as text: no binary fraction is ever involved.
 */
export const priceChangedV0: Upcaster = {
  from: 'product.price-changed.v0',
  to: 'product.price-changed.v1',
  upcast({ price, ...rest }) {
    const parts = typeof price === 'string' ? decimal.exec(price) : null;
    if (parts === null)
      return { ok: false, path: '/data/price', problem: 'must be a decimal string such as "12.50"' };
    const [, major = '0', fraction = ''] = parts;
    const known = typeof rest.currency === 'string' && Object.hasOwn(minorUnitDigits, rest.currency);
    const digits = known ? (minorUnitDigits[rest.currency as string] ?? 2) : 2;
    const excess = fraction.slice(digits);
    if (/[^0]/.test(excess)) {
      return {
        ok: false,
        path: '/data/price',
        problem: `must not have more than ${digits} decimals in its currency`,
      };
    }
    return {
      ok: true,
      data: { ...rest, priceMinor: Number(major + fraction.slice(0, digits).padEnd(digits, '0')) },
    };
  },
};
