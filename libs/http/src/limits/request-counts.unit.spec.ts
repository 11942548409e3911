import { jest } from '@jest/globals';
import { defaultHttpLimits } from './http-limits.ts';
import { RequestCounts } from './request-counts.ts';

const counts = (callers?: number): RequestCounts =>
  new RequestCounts({ ...defaultHttpLimits, credentialRequests: 2, failedCredentials: 1 }, callers);

describe('the requests of a caller', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('pass up to the limit and not one beyond it, and say how many are left and when more are', async () => {
    const counted = counts();
    const first = await counted.count('credential', 'key:a');
    expect(first).toEqual({
      exceeded: false,
      resetSeconds: 60,
      headers: { 'ratelimit-policy': '"credential";q=2;w=60', ratelimit: '"credential";r=1;t=60' },
    });
    jest.advanceTimersByTime(20_500);
    expect(await counted.count('credential', 'key:a')).toMatchObject({ exceeded: false });
    const third = await counted.count('credential', 'key:a');
    expect(third).toMatchObject({ exceeded: true, resetSeconds: 40 });
    expect(third.headers.ratelimit).toBe('"credential";r=0;t=40');
    jest.advanceTimersByTime(39_600);
    expect(await counted.count('credential', 'key:a')).toMatchObject({ exceeded: false, resetSeconds: 60 });
  });

  it('are not those of another one, nor those counted as something else', async () => {
    const counted = counts();
    for (let sent = 0; sent < 3; sent += 1) await counted.count('credential', 'key:a');
    expect(await counted.count('credential', 'key:b')).toMatchObject({ exceeded: false });
    expect(await counted.count('failed-credentials', 'key:a')).toMatchObject({ exceeded: false });
    expect(await counted.count('failed-credentials', 'key:a')).toMatchObject({ exceeded: true });
  });

  it('share one count beyond so many callers, and count on their own in the minute after', async () => {
    const counted = counts(2);
    const exceeded = async (caller: string): Promise<boolean> =>
      (await counted.count('credential', caller)).exceeded;
    for (const known of ['a', 'b']) expect(await exceeded(known)).toBe(false);
    expect([await exceeded('c'), await exceeded('d'), await exceeded('e')]).toEqual([false, false, true]);
    expect([await exceeded('a'), await exceeded('b')]).toEqual([false, false]);
    jest.advanceTimersByTime(61_000);
    expect(await exceeded('e')).toBe(false);
    expect([await exceeded('f'), await exceeded('f'), await exceeded('g')]).toEqual([false, false, false]);
  });
});
