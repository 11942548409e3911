import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('./failpoint.ts', import.meta.url));

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Passes the failpoint three times in its own process. */
function pass(env: Record<string, string>): Promise<Ended> {
  const script = `import { failpoint } from ${JSON.stringify(source)};
    for (const pass of [1, 2, 3]) { console.log(pass); failpoint('relay.afterAck'); }`;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '--eval', script],
      { env: { ...env, PATH: process.env['PATH'] } },
      (_, stdout, stderr) => resolve({ signal: child.signalCode, stdout, stderr }),
    );
  });
}

describe('a failpoint', () => {
  it('does nothing when it is not armed', async () => {
    expect(await pass({})).toEqual({ signal: null, stdout: '1\n2\n3\n', stderr: '' });
    expect(await pass({ FAILPOINT: 'relay.beforeSend=kill' })).toMatchObject({ signal: null });
  });

  it('kills the process at the asked-for pass and says so', async () => {
    const ended = await pass({ FAILPOINT: 'relay.beforeSend=kill,relay.afterAck=kill@2' });
    expect(ended).toEqual({
      signal: 'SIGKILL',
      stdout: '1\n2\n',
      stderr: 'failpoint relay.afterAck fired: kill\n',
    });
  });

  it('does nothing in production', async () => {
    expect(await pass({ FAILPOINT: 'relay.afterAck=kill', NODE_ENV: 'production' })).toMatchObject({
      signal: null,
      stderr: '',
    });
  });
});
