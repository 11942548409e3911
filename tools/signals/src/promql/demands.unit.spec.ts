import { demandsOf } from './demands.ts';

const read = (expr: string) =>
  demandsOf(expr).map(({ metric, labels }) => `${metric} ${[...labels].sort().join(',')}`);

describe('what an expression demands', () => {
  it.each([
    ['up', ['up ']],
    ['sum by (app) (rate(a_total{status=~"5.."}[$__rate_interval]))', ['a_total app,status']],
    ['max by (context) (max by (context, partition) (a))', ['a context,partition']],
    ['a{x="1"} / on (app) group_left () sum by (app) (b)', ['a app,x', 'b app']],
    ['absent(a{app="x"}) or 0 * last_over_time(b[1d])', ['a app', 'b ']],
    ['max(deriv(a[10m])) >= 0 and b offset 5m > bool 3', ['a ', 'b ']],
    ['reprise:errors:ratio_1h > 14.4 * 0.01', ['reprise:errors:ratio_1h ']],
  ])('%s', (expr, demands) => {
    expect(read(expr)).toEqual(demands);
  });

  it.each(['sum by (app', 'rate(a[5m)', 'a b', '{app="x"}'])(
    'is nothing where it is no PromQL: %s',
    (expr) => {
      expect(() => demandsOf(expr)).toThrow(/No PromQL|without a metric/);
    },
  );
});
