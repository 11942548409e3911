import { eventLogUnreachable, messageOf, outboxUnusable, topicMissing } from './relay-errors.ts';
import { typeOf } from './event-log/topic.ts';

const databaseError = (code: string, message = 'refused'): Error =>
  Object.assign(new Error(message), { code });

describe('the errors of the relay', () => {
  it('call an outage of the database retryable and a wrong set-up not', () => {
    const codes = ['ECONNREFUSED', '57P01', '53300', '08006', '40001'];
    expect(codes.map((code) => outboxUnusable(databaseError(code)).retryable)).toEqual(codes.map(() => true));
    const wrong = ['28P01', '3D000', '42501', '42P01'];
    expect(wrong.map((code) => outboxUnusable(databaseError(code)).retryable)).toEqual(
      wrong.map(() => false),
    );
    expect(outboxUnusable(new Error('Connection terminated')).retryable).toBe(true);
  });

  it('name the remedy where there is one', () => {
    expect(outboxUnusable(databaseError('42P01', 'relation "outbox_events" does not exist')).message).toMatch(
      /outbox_events.*npm run -s migrate/,
    );
    expect(topicMissing('a.topic', undefined).message).toMatch(
      /^the topic a\.topic does not exist.*--create/,
    );
  });

  it('call wrong credentials at the brokers a wrong set-up', () => {
    const refused = Object.assign(new Error('no'), { type: 'SASL_AUTHENTICATION_FAILED' });
    expect(eventLogUnreachable('t', refused).retryable).toBe(false);
    expect(eventLogUnreachable('t', new Error('connect ECONNREFUSED')).retryable).toBe(true);
  });

  it('say what several failed addresses say', () => {
    const several = new AggregateError([new Error('connect ::1'), new Error('connect 127.0.0.1')]);
    expect(messageOf(several)).toBe('connect ::1; connect 127.0.0.1');
    expect(messageOf('text')).toBe('text');
  });

  it('find the protocol error inside what kafkajs wraps it in', () => {
    const inner = Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' });
    expect(typeOf(new Error('retries exceeded', { cause: inner }))).toBe('MESSAGE_TOO_LARGE');
    expect(typeOf(new Error('plain'))).toBeUndefined();
  });
});
