import { errorFields } from './error-fields.ts';

describe('the log fields of an error', () => {
  it('hold causes and aggregated errors, with their codes', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = new Error('no database', { cause: new AggregateError([refused], 'all addresses') });
    expect(errorFields(error)).toEqual({
      type: 'Error',
      message: 'no database',
      stack: expect.stringContaining('no database'),
      cause: {
        type: 'AggregateError',
        message: 'all addresses',
        errors: [{ type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' }],
      },
    });
  });

  it('leave out what clients hang on their errors', () => {
    const meta = { request: { headers: { authorization: 'ApiKey hunter2' }, body: 'x'.repeat(10_000) } };
    const error = Object.assign(new Error('failed'), { meta, statusCode: 400 });
    expect(JSON.stringify(errorFields(error))).not.toMatch(/hunter2|xxx/);
    expect(errorFields(error)).toMatchObject({ statusCode: 400 });
  });

  it('stop at a cycle of causes', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(errorFields(error)).match(/"message":"round"/g)).toHaveLength(5);
  });

  it('are the text of a value that is not an error', () => {
    expect(errorFields('boom')).toBe('boom');
  });
});
