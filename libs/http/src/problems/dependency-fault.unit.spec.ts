import { isDependencyFault } from './dependency-fault.ts';

const error = (members: object, message = 'failed'): Error => Object.assign(new Error(message), members);

describe('a dependency fault', () => {
  it.each([
    ['a refused connection', error({ code: 'ECONNREFUSED' })],
    ['a refused connection on both addresses', new AggregateError([error({ code: 'ECONNREFUSED' })])],
    ['a reset in the cause of a cause', error({ cause: error({ cause: error({ code: 'ECONNRESET' }) }) })],
    ['Postgres shutting down', error({ code: '57P01' })],
    ['Postgres out of connections', error({ code: '53300' })],
    ["TypeORM's wrapper around it", error({ driverError: error({ code: '08006' }) })],
    ["pg's broken connection", error({}, 'Connection terminated unexpectedly')],
    ["pg's pool without a free connection", error({}, 'timeout exceeded when trying to connect')],
    ['an Elasticsearch that is away', error({ name: 'ConnectionError' })],
    ['an Elasticsearch that is too busy', error({ name: 'ResponseError', statusCode: 429 })],
  ])('is %s', (_, fault) => {
    expect(isDependencyFault(fault)).toBe(true);
  });

  it.each([
    ['a broken constraint', error({ code: '23505' })],
    ['a missing index', error({ name: 'ResponseError', statusCode: 404 })],
    ['a bug', new TypeError('undefined is not a function')],
    ['something that is not an error', 'ECONNREFUSED'],
  ])('is not %s', (_, fault) => {
    expect(isDependencyFault(fault)).toBe(false);
  });

  it('stops at a cycle of causes', () => {
    const one = error({});
    one.cause = error({ cause: one });
    expect(isDependencyFault(one)).toBe(false);
  });
});
