import { releaseAll } from './after-file.ts';
import { testEndpoints } from './servers/endpoints.ts';
import { spawnApp } from './spawn-app.ts';

const file = 'libs/test-kit/src/sample/echo-app.ts';

describe('a spawned application', () => {
  it('is started from its build where Nx runs the tests, and says how to build it where there is none', async () => {
    const before = process.env['REPRISE_APPS'];
    process.env['REPRISE_APPS'] = 'build';
    try {
      expect(() => spawnApp('apps/no-such/src/main.ts')).toThrow(
        'There is no apps/no-such/dist/main.js. Build it: npx nx build no-such',
      );
    } finally {
      if (before === undefined) delete process.env['REPRISE_APPS'];
      else process.env['REPRISE_APPS'] = before;
    }
  });

  it('runs from its sources with the endpoints and arguments it is given, and exits on SIGTERM', async () => {
    const app = spawnApp(file, { args: ['--once', 'now'] });
    expect(await app.logged({ msg: 'arguments' })).toMatchObject({
      arguments: '--once now',
      brokers: testEndpoints().kafka.brokers.join(','),
    });
    const { origin } = await app.ready();
    expect((await fetch(origin)).status).toBe(200);
    expect(await app.kill()).toEqual({ code: 0, signal: null });
    expect(await app.logged({ msg: 'stopped' })).toBeDefined();
    expect(app.stdout().split('\n')).toHaveLength(3);
  });

  it('shows its output when it ends before it is ready', async () => {
    const app = spawnApp(file, { env: { FAIL: 'yes' } });
    await expect(app.ready()).rejects.toThrow(/ended with 7 first[^]*stderr: no way to start/);
  });

  it('shows its output when what a test waits for does not come', async () => {
    const app = spawnApp(file);
    await app.ready();
    await expect(app.logged({ msg: 'never' }, 50)).rejects.toThrow(
      /did not appear within 50 ms[^]*"listening"/,
    );
  });

  it('can be stopped, continued and killed', async () => {
    const app = spawnApp(file);
    const { origin } = await app.ready();
    app.signal('SIGSTOP');
    await expect(fetch(origin, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
    app.signal('SIGCONT');
    expect((await fetch(origin)).status).toBe(200);
    expect(await app.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('is gone at the end of the file', async () => {
    const app = spawnApp(file);
    await app.ready();
    expect(() => process.kill(app.pid, 0)).not.toThrow();
    await releaseAll();
    expect(() => process.kill(app.pid, 0)).toThrow(/ESRCH/);
  });
});
