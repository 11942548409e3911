import type { Sent } from '../traffic/commands.ts';
import type { Committed } from './event-store.ts';
import { checkCommands, judgeCommands } from './command-history.ts';

const sent = (correlationId: string, more: Partial<Sent> = {}): Sent => ({
  correlationId,
  method: 'POST',
  path: '/v1/products',
  sentAt: 0,
  acknowledgedAt: 1,
  status: 201,
  productId: 'p',
  version: 1,
  attempts: 1,
  ...more,
});

const committed = (correlationid: string, aggregateversion = 1): Committed => ({
  text: '',
  event: { id: '', type: '', subject: 'p', time: '', aggregateversion, correlationid, data: {} },
});

describe('the history of commands', () => {
  it('holds when each acknowledged command has one event and one in doubt has one or none', () => {
    const doubtful = [sent('b', { acknowledgedAt: undefined }), sent('c', { acknowledgedAt: undefined })];
    expect(checkCommands([sent('a'), ...doubtful], [committed('a'), committed('b', 2)])).toEqual({
      acknowledged: 1,
      lost: 0,
      doubled: 0,
    });
  });

  it('counts what was acknowledged and is not there, and what is there twice', () => {
    expect(judgeCommands([sent('a'), sent('b')], [committed('b'), committed('b', 2)])).toEqual({
      acknowledged: 2,
      lost: 1,
      doubled: 1,
    });
    expect(() => checkCommands([sent('a')], [])).toThrow('I1: 1 acknowledged commands have no event');
  });

  it('refuses an event of no command, and an answer that named something else', () => {
    expect(() => judgeCommands([], [committed('x')])).toThrow('I2: 1 events come from no command');
    expect(() => judgeCommands([sent('a', { version: 2 })], [committed('a')])).toThrow(
      'I2: the answer named p@2',
    );
  });
});
