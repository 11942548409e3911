import { recordedWhereKept } from './audit.ts';

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

describe('an attempt', () => {
  it('is written down where there is an audit', async () => {
    let written = 0;
    expect(await recordedWhereKept(() => Promise.resolve(void (written += 1)))).toBe(true);
    expect(written).toBe(1);
  });

  it.each(['42P01', '3F000'])('is not where there is none yet (%s)', async (code) => {
    expect(await recordedWhereKept(failing(code))).toBe(false);
  });

  it.each(['42501', '23505', 'ECONNREFUSED'])(
    'that cannot be, for %s, stops what would follow',
    async (code) => {
      await expect(recordedWhereKept(failing(code))).rejects.toThrow(code);
    },
  );
});
