import { thisProcess } from './this-process.ts';

describe('who a process is', () => {
  it('is its user, host and number', () => {
    expect(thisProcess(() => ({ username: 'ada' }))).toEqual({
      user: 'ada',
      host: expect.stringMatching(/./),
      pid: process.pid,
    });
  });

  it('is named by the number of its user where the system has no name for it', () => {
    const nobodyKnown = () => {
      throw new Error('uv_os_get_passwd returned ENOENT');
    };
    expect(thisProcess(nobodyKnown).user).toBe(`uid-${process.getuid!()}`);
  });
});
