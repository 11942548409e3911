import { pino } from 'pino';
import { silentLogger } from '../logging/logger.ts';
import { Readiness } from './readiness.ts';

function recordingLogger() {
  const lines: Record<string, unknown>[] = [];
  const write = (text: string): void => void lines.push(JSON.parse(text) as Record<string, unknown>);
  const formatters = { level: (label: string): object => ({ level: label }) };
  return { logger: pino({ formatters }, { write }), lines };
}

describe('readiness', () => {
  it('puts the reason of a failing check into the log when it changes, and says when it is over', async () => {
    const { logger, lines } = recordingLogger();
    let reason: string | undefined = 'connect ECONNREFUSED 10.0.0.1:5432';
    const check = async (): Promise<void> => {
      if (reason !== undefined) throw new Error(reason);
    };
    const readiness = new Readiness({ db: check, log: async () => undefined }, 1_000, logger);
    await readiness.look();
    const results = await readiness.look();
    expect([...results]).toEqual([
      ['db', reason],
      ['log', undefined],
    ]);
    reason = 'password authentication failed';
    await readiness.look();
    reason = undefined;
    await readiness.look();
    await readiness.look();
    expect(lines.map(({ level, msg, check: name, reason: why }) => [level, msg, name, why])).toEqual([
      ['warn', 'not ready', 'db', 'connect ECONNREFUSED 10.0.0.1:5432'],
      ['warn', 'not ready', 'db', 'password authentication failed'],
      ['info', 'ready again', 'db', undefined],
    ]);
  });

  it('asks a check once at a time, however many look, and gives a silent one up', async () => {
    let asked = 0;
    const silent = (): Promise<void> => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const readiness = new Readiness({ db: silent }, 20, silentLogger());
    const looks = await Promise.all(Array.from({ length: 50 }, () => readiness.look()));
    expect(asked).toBe(1);
    expect(looks.map((results) => results.get('db'))).toEqual(Array(50).fill('no answer within 20 ms'));
  });

  it('takes a check that throws at once, or has no message, as failed', async () => {
    const checks = {
      now: (): Promise<void> => {
        throw new Error('at once');
      },
      nameless: async (): Promise<void> => {
        throw new TypeError();
      },
    };
    const results = await new Readiness(checks, 100, silentLogger()).look();
    expect(Object.fromEntries(results)).toEqual({ now: 'at once', nameless: 'TypeError' });
  });
});
