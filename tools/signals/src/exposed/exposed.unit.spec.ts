import { exposedIn, missingOf } from './exposed.ts';

const answer = `# HELP a_seconds Time
# TYPE a_seconds histogram
a_seconds_bucket{le="0.1",app="x",route="/v1/{id}, y"} 3
a_seconds_count{app="x"} 3
up 1
`;

describe('what an answer exposes', () => {
  it('is its metrics, with the labels that they have', () => {
    expect([...exposedIn(answer)].map(([name, labels]) => [name, ...labels])).toEqual([
      ['a_seconds_bucket', 'le', 'app', 'route'],
      ['a_seconds_count', 'app'],
      ['up'],
    ]);
  });
});

describe('what expressions ask for', () => {
  const known = {
    exposed: exposedIn(answer),
    documented: '| `b_total` | what comes rarely |',
    own: ['own:ratio'],
  };

  it.each([
    ['rate(a_seconds_bucket{app="x",namespace="n"}[5m]) + b_total + own:ratio', []],
    ['a_secs_bucket', ['a_secs_bucket is not exposed: a_secs_bucket']],
    [
      'sum by (status) (a_seconds_count)',
      ['a_seconds_count has no label status: sum by (status) (a_seconds_count)'],
    ],
    ['c_total', ['c_total is not exposed: c_total']],
    ['canary_d_total', ['canary_d_total is not exposed: canary_d_total']],
  ])('is missing where nobody exposes it: %s', (expr, missing) => {
    expect(missingOf([expr], known)).toEqual(missing);
  });
});
