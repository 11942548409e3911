import { Ajv2020 } from 'ajv/dist/2020.js';
import { Admin } from './kafka-client.ts';
// The same module again, which is loaded by then.
import { baseOptionsValidator } from '@platformatic/kafka';

describe('the Kafka client', () => {
  // A compiled schema shows what it was compiled from.
  it('has compiled none of its schemas when it is loaded', () => {
    expect(baseOptionsValidator).not.toHaveProperty('schema');
  });

  it('holds options against a schema when it is asked to', () => {
    const strict = { strict: true, clientId: 'a', bootstrapBrokers: ['127.0.0.1:1'] };
    expect(() => new Admin({ ...strict, retries: 'many' } as never)).toThrow(/retries/);
    expect(() => new Admin(strict)).not.toThrow();
  });

  it('leaves the compiler of everybody else as it was', () => {
    expect(() => new Ajv2020().compile({ type: 'nothing' })).toThrow(/type/);
  });
});
