import { projectionNames } from './names.ts';
import { registered } from './register.ts';

const source = `import { productSearch } from './product-search/product-search.ts';
import type { Projection } from '@reprise/read-model-projections';

export const projections: readonly Projection[] = [productSearch];
`;

describe('Registering a projection', () => {
  it('imports it and puts it last, and leaves the rest as it was', () => {
    const once = registered(source, projectionNames('stock_level'));
    expect(once.replace(/\s+/g, ' ')).toBe(
      "import { productSearch } from './product-search/product-search.ts'; " +
        "import type { Projection } from '@reprise/read-model-projections'; " +
        "import { stockLevel } from './stock-level/stock-level.ts'; " +
        'export const projections: readonly Projection[] = [productSearch, stockLevel, ]; ',
    );
    expect(registered(once, projectionNames('brands'))).toMatch(/stockLevel,\s+brands,\s+\]/);
  });

  it('is refused for one that is registered', () => {
    expect(() => registered(source, projectionNames('product_search'))).toThrow(
      /knows productSearch already/,
    );
  });

  it('is refused where the list is not found, rather than left out', () => {
    expect(() => registered('const a = 1;', projectionNames('brands'))).toThrow(/Nothing was written/);
  });
});
