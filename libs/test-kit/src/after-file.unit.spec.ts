import { afterFile, releaseAll } from './after-file.ts';

describe('what is registered for the end of the file', () => {
  it('is released last first, also when one release fails, and then says why', async () => {
    const released: string[] = [];
    afterFile(() => void released.push('first'));
    afterFile(() => {
      throw new Error('pool not closed');
    });
    afterFile(async () => {
      released.push('last');
      throw new Error('process still runs');
    });
    await expect(releaseAll()).rejects.toThrow(/process still runs\npool not closed/);
    expect(released).toEqual(['last', 'first']);
  });

  it('is released once', async () => {
    let times = 0;
    afterFile(() => void (times += 1));
    await releaseAll();
    await releaseAll();
    expect(times).toBe(1);
  });
});
