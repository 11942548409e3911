import { projectionNames } from './names.ts';

describe('The name of a projection', () => {
  it('is spelt as its folder, its constant and its type need it, from snake case and kebab case alike', () => {
    const expected = {
      name: 'stock_level_2',
      fileName: 'stock-level-2',
      constant: 'stockLevel2',
      type: 'StockLevel2',
    };
    expect(projectionNames('stock_level_2')).toEqual(expected);
    expect(projectionNames('stock-level-2')).toEqual(expected);
  });

  it.each(['', 'StockLevel', 'stock level', '2nd', '_stock', 'stock__level', '../stock', 's'.repeat(31)])(
    'is refused when no table, index or folder could carry it: "%s"',
    (name) => {
      expect(() => projectionNames(name)).toThrow(/cannot be a projection's name.*Nothing was written/);
    },
  );
});
