import { backgroundRefresh } from './background-refresh.ts';

describe('refreshing beside a build', () => {
  it('is done one at a time and waited for at the end', async () => {
    const ends: (() => void)[] = [];
    const refresh = backgroundRefresh(() => new Promise((resolve) => ends.push(resolve)));
    refresh.begin();
    refresh.begin();
    expect(ends).toHaveLength(1);
    let isSettled = false;
    const settled = refresh.settled().then(() => (isSettled = true));
    await Promise.resolve();
    expect(isSettled).toBe(false);
    ends[0]!();
    await settled;
    refresh.begin();
    expect(ends).toHaveLength(2);
  });

  it('tells of a failure when it is waited for, not before', async () => {
    const refresh = backgroundRefresh(() => Promise.reject(new Error('the index is gone')));
    refresh.begin();
    await expect(refresh.settled()).rejects.toThrow('the index is gone');
  });
});
