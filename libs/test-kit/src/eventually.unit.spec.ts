import { eventually } from './eventually.ts';

describe('eventually', () => {
  it('returns the first value of an assertion that passes', async () => {
    let attempts = 0;
    const value = await eventually(
      () => {
        attempts += 1;
        if (attempts < 3) throw new Error('not yet');
        return attempts;
      },
      { intervalMs: 1 },
    );
    expect(value).toBe(3);
  });

  it('shows the last failure when the time is over', async () => {
    let attempts = 0;
    const waiting = eventually(
      async () => {
        attempts += 1;
        throw new Error(`failure ${attempts}`);
      },
      { timeoutMs: 20, intervalMs: 5 },
    );
    await expect(waiting).rejects.toThrow(/after 20 ms and \d+ attempts\. The last failure: failure \d+/);
    await expect(waiting).rejects.toMatchObject({ cause: { message: `failure ${attempts}` } });
  });
});
