import { whenAvailable, type WaitingOptions } from './when-available.ts';

const away = new Error('away');
const options = (more: Partial<WaitingOptions> = {}): WaitingOptions => ({
  signal: new AbortController().signal,
  passes: (error) => error === away,
  onWaiting: () => undefined,
  firstPauseMs: 1,
  longestPauseMs: 2,
  ...more,
});

describe('what a service needs before it can work', () => {
  it('is retried until it is there, and every failure is reported', async () => {
    const reported: unknown[] = [];
    let attempts = 0;
    const attempt = (): Promise<string> => (++attempts < 4 ? Promise.reject(away) : Promise.resolve('there'));
    const found = await whenAvailable(attempt, options({ onWaiting: (error) => reported.push(error) }));
    expect(found).toEqual({ value: 'there' });
    expect(reported).toEqual([away, away, away]);
  });

  it('ends the wait at a failure that does not pass on its own', async () => {
    const wrong = new Error('a wrong setting');
    let attempts = 0;
    const attempt = (): Promise<never> => Promise.reject(++attempts === 1 ? away : wrong);
    await expect(whenAvailable(attempt, options())).rejects.toBe(wrong);
    expect(attempts).toBe(2);
  });

  it('is not waited for any longer when the service has to stop, in a pause or in an attempt', async () => {
    for (const attempt of [() => Promise.reject(away), () => new Promise<never>(() => undefined)]) {
      const stop = new AbortController();
      const found = whenAvailable(
        attempt,
        options({ signal: stop.signal, firstPauseMs: 60_000, longestPauseMs: 60_000 }),
      );
      stop.abort();
      expect(await found).toBeUndefined();
    }
  });
});
