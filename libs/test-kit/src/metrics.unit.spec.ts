import { metricProblems } from './metrics.ts';

const answer = (...lines: string[]) =>
  ['# HELP good_total Counted things', '# TYPE good_total counter', ...lines, ''].join('\n');

describe('an answer of GET /metrics', () => {
  it('is fine with help texts, bounded labels and no secret', () => {
    const fine = answer(
      'good_total{context="shop",partition="12",generation="orders_v2_20261130_120000_ab12cd34"} 3',
      '# HELP time_seconds How long',
      '# TYPE time_seconds histogram',
      'time_seconds_bucket{le="+Inf"} 2',
      'time_seconds_sum 1',
      'time_seconds_count 2',
      '# HELP tasks_open Repair tasks waiting',
      '# TYPE tasks_open gauge',
      'tasks_open 2',
      '# HELP leads 1 while it leads',
      '# TYPE leads gauge',
      'leads 0',
    );
    expect(metricProblems(fine, ['s3cret'])).toEqual([]);
  });

  it.each([
    ['a metric without help text', '# TYPE bare_total counter\nbare_total 1', /bare_total has no help text/],
    ['no unit', '# HELP queue Length of it\n# TYPE queue gauge\nqueue 1', /queue has no unit/],
    ['an id', 'good_total{aggregate="0199d2c0-8c1e-7000-8000-000000000000"} 1', /aggregate holds an id/],
    ['an address', 'good_total{server="http://10.0.0.1"} 1', /holds a URL/],
    ['a key', 'good_total{caller="rp_live_00"} 1', /holds a credential/],
    ['an offset', 'good_total{offset="1234567890"} 1', /holds a long number/],
    ['a text', `good_total{error="${'x'.repeat(90)}"} 1`, /holds a long text/],
    ['a secret', '# s3cret', /a secret is in the answer/],
  ])('is refused with %s', (_, lines, problem) => {
    expect(metricProblems(answer(lines), ['s3cret'])).toContainEqual(expect.stringMatching(problem));
  });

  it('is refused with a label that has ever more values', () => {
    const many = Array.from({ length: 301 }, (_, at) => `good_total{route="r${at}"} 1`);
    expect(metricProblems(answer(...many), [])).toEqual(['good_total has 301 series']);
  });
});
