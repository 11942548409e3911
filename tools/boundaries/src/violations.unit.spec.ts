import { constraints } from './constraints.mjs';
import {
  contract,
  aggregate,
  outbox,
  writeApp,
  feed,
  rebuild,
  searchApi,
  runtime,
  tool,
  bench,
  testKit,
  kit,
  rulesBroken,
} from './testing/edges.ts';
import { examples } from './testing/edges-of-rows.ts';

describe('The import rules', () => {
  it('have examples on both sides of every row', () => {
    expect(Object.keys(examples)).toEqual(constraints.map(({ id }) => id));
  });

  for (const [id, { allowed, forbidden }] of Object.entries(examples)) {
    it.each(allowed)(`allow by ${id} that $from imports $to`, (edge) => {
      expect(rulesBroken(edge)).toEqual([]);
    });

    it.each(forbidden)(`forbid by ${id} that $from imports $to`, (edge) => {
      expect(rulesBroken(edge)).toContain(id);
    });
  }

  it.each([
    ['test', testKit],
    ['conformance', kit],
  ])('let test files, and only them, import the %s kit', (_, to) => {
    const some = [contract, aggregate, outbox, writeApp, feed, rebuild, searchApi, runtime, tool, bench];
    for (const from of some) {
      expect(rulesBroken({ from, to, inTest: true })).toEqual([]);
      expect(rulesBroken({ from, to })).not.toEqual([]);
    }
  });
});
