import { pages } from './pages.ts';
import { wideRows } from './tables.ts';

it('tables of the documentation fit a page: prose belongs in lists', () => {
  expect(wideRows(pages, 160)).toEqual([]);
});

it('measures the rows of tables, outside of code', () => {
  const text = '| ab | cd |\n\n```\n| ab | cd |\n```\n\n| a |\n';
  expect(wideRows([{ path: 'a.md', text }], 9)).toEqual(['a.md:1']);
  expect(wideRows([{ path: 'a.md', text }], 11)).toEqual([]);
});
