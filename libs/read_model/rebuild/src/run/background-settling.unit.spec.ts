import { backgroundSettling } from './background-settling.ts';

describe('settling beside a build', () => {
  it('is done one at a time and waited for at the end', async () => {
    const ends: (() => void)[] = [];
    const settling = backgroundSettling(() => new Promise((resolve) => ends.push(resolve)));
    settling.begin();
    settling.begin();
    expect(ends).toHaveLength(1);
    let isSettled = false;
    const settled = settling.settled().then(() => (isSettled = true));
    await Promise.resolve();
    expect(isSettled).toBe(false);
    ends[0]!();
    await settled;
    settling.begin();
    expect(ends).toHaveLength(2);
  });

  it('tells of a failure when it is waited for, not before', async () => {
    const settling = backgroundSettling(() => Promise.reject(new Error('the index is gone')));
    settling.begin();
    await expect(settling.settled()).rejects.toThrow('the index is gone');
  });
});
