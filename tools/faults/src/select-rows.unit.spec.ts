import { matrix } from './rows/matrix.ts';
import { shortSelection } from './rows/short-selection.ts';
import { rowsNamed, selectRows } from './select-rows.ts';

const ids = (wanted: readonly string[]): string[] => selectRows(matrix, wanted).map(({ id }) => id);

describe('choosing rows', () => {
  it('takes a row with its variants, a whole group, and everything when nothing is named', () => {
    expect(ids(['W1'])).toEqual(['W1', 'W1b']);
    expect(ids(['W'])).toEqual(['W1', 'W1b', 'W2', 'W3', 'W3b', 'W4', 'W5']);
    expect(ids(['R2b'])).toEqual(['R2b']);
    expect(ids([])).toHaveLength(matrix.length);
  });

  it('names what fits no row', () => {
    expect(() => ids(['W1', 'Z9', 'X'])).toThrow('No row is named Z9, X');
  });
});

describe('the matrix', () => {
  it('has every row once and lets each say what it checks', () => {
    expect(new Set(matrix.map(({ id }) => id)).size).toBe(matrix.length);
    expect(matrix.filter(({ invariants }) => invariants.length === 0)).toEqual([]);
  });

  it('has a fault that must fire in every scenario', () => {
    expect(matrix.filter((row) => row.kind === 'scenario' && row.fires.length === 0)).toEqual([]);
  });

  it('has the short selection, of scenarios that leave servers alone', () => {
    const rows = rowsNamed(matrix, shortSelection);
    expect(rows.map(({ id }) => id).toSorted()).toEqual(shortSelection.toSorted());
    expect(rows.every((row) => row.kind === 'scenario' && row.killsServers !== true)).toBe(true);
  });
});
