import { parseExports } from './endpoints.ts';

describe('the lines of `stack env`', () => {
  it('are read bare and quoted', () => {
    const text =
      'export KAFKA_BROKERS=127.0.0.1:9092\nexport A_URL=\'postgres://a:b@c/d?e=f\'\nexport B="x y"\n';
    expect(parseExports(text)).toEqual({
      KAFKA_BROKERS: '127.0.0.1:9092',
      A_URL: 'postgres://a:b@c/d?e=f',
      B: 'x y',
    });
  });

  it('count only as whole lines', () => {
    expect(parseExports('# export A=1\nnothing runs\n')).toEqual({});
  });
});
