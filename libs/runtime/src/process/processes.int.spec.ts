import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const run = promisify(execFile);
const env = { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: '' };

function nodeArguments(script: string): string[] {
  const imported = `import { createLogger, runService, ConfigurationError, shutdownSignal, untilAborted } from '@reprise/runtime';`;
  return [
    '--conditions=@reprise/source',
    '--import=./tools/dev.mjs',
    '--input-type=module',
    '-e',
    `${imported}\n${script}`,
  ];
}

const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

/** Starts a script and resolves once it has printed a line. */
async function started(script: string) {
  const child = spawn(process.execPath, nodeArguments(script), {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await once(reader, 'line');
  return { child, lines, ended: once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]> };
}

describe('a service', () => {
  const service = `await runService('sample', async ({ logger, signal }) => {
    const timer = setInterval(() => {}, 1000);
    logger.info({ password: 'hunter2', database: 'postgres://u:hunter2@h/d', id: 'a\\u001b\\u009b\\u202e\\nb' }, 'working');
    await untilAborted(signal);
    clearInterval(timer);
  });`;

  it.each(['SIGINT', 'SIGTERM'] as const)('finishes and ends with 0 on %s', async (signal) => {
    const { child, lines, ended } = await started(service);
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    const [working, stopped] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(working).toMatchObject({ level: 'info', app: 'sample', msg: 'working', password: '[redacted]' });
    expect(working?.['database']).toBe('postgres://[redacted]@h/d');
    expect(working?.['id']).toBe('a\u001b\u009b\u202e\nb');
    expect(lines[0]).toContain(String.raw`a\u001b\u009b\u202e\nb`);
    expect(String(working?.['time'])).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(stopped).toMatchObject({ msg: 'stopped', signal });
  });

  it('reports unusable configuration with all its problems and ends with 1', async () => {
    const script = `await runService('sample', async () => { throw new ConfigurationError(['A is bad', 'B is bad']); });`;
    const failure = await run(process.execPath, nodeArguments(script), { cwd: root, env }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 1 });
    const line = JSON.parse((failure as { stdout: string }).stdout) as Record<string, unknown>;
    expect(line).toMatchObject({ level: 'fatal', problems: ['A is bad', 'B is bad'] });
  });
});

describe('the log of a service', () => {
  it.each([
    ['a pipe whose reader is gone', 'pipe'],
    ['a full device', 'full'],
  ])('can be lost to %s, and the service still runs to its end', async (_what, kind) => {
    const script = `await runService('sample', async ({ logger }) => {
      for (let line = 0; line < 50; line++) {
        logger.info({ line }, 'working');
        console.log('and to stdout');
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    });`;
    const output = kind === 'full' ? openSync('/dev/full', 'w') : 'pipe';
    const child = spawn(process.execPath, nodeArguments(script), {
      cwd: root,
      env,
      stdio: ['ignore', output, output],
    });
    children.add(child);
    child.stdout?.destroy();
    child.stderr?.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
    if (typeof output === 'number') closeSync(output);
  });

  it('says on stderr, once, why lines are lost on stdout', async () => {
    const script = `await runService('sample', async ({ logger }) => { for (let line = 0; line < 3; line++) logger.info('x'); });`;
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, nodeArguments(script), {
      cwd: root,
      env,
      stdio: ['ignore', full, 'pipe'],
    });
    children.add(child);
    const [warning] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
    closeSync(full);
    expect(warning).toMatch(
      /^What is written to the log \(stdout\) is lost \(ENOSPC: [^\n]*\); the work continues[^\n]*\n$/,
    );
  });
});

describe('the shutdown signal', () => {
  const stuck = (before = '', echoMs = 0) => `const shutdown = shutdownSignal({ echoMs: ${echoMs} });
    ${before}
    setInterval(() => {}, 1000);
    shutdown.signal.addEventListener('abort', () => console.log(shutdown.received()));
    console.log('started');`;

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('aborts at the first %s and exits with %i at the second', async (signal, code) => {
    const { child, lines, ended } = await started(stuck());
    const aborted = once(child.stdout, 'data');
    child.kill(signal);
    await aborted;
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    expect(lines).toEqual(['started', signal]);
  });

  it('takes a signal that comes right behind the first for the same one, heard twice', async () => {
    const { child, lines, ended } = await started(
      stuck(`process.on('SIGINT', () => console.log('heard'));`, 60_000),
    );
    for (const times of [1, 2]) {
      child.kill('SIGINT');
      while (lines.filter((line) => line === 'heard').length < times) await once(child.stdout, 'data');
    }
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('takes another signal for a second one, however soon it comes', async () => {
    const { child, ended } = await started(stuck('', 60_000));
    const aborted = once(child.stdout, 'data');
    child.kill('SIGINT');
    await aborted;
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
  });

  it('leaves the signals to Node again once disposed of', async () => {
    const { child, ended } = await started(stuck('shutdown.dispose();'));
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });
});
