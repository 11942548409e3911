import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keeperOf, stopCluster } from './local-cluster.ts';

describe('the end of a cluster', () => {
  let folder: string;
  let keeper: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  });
  afterEach(() => {
    keeper?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** A process that looks like the keeper of the folder's cluster. */
  async function keep(whenAsked: string): Promise<ChildProcess> {
    const program = `process.on('SIGTERM', () => { ${whenAsked} }); setInterval(() => {}, 1e9); console.log('ready');`;
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    keeper = spawn(process.execPath, ['--eval', program, 'keep', folder], { stdio: [...stdio] });
    await once(keeper.stdout!, 'data');
    writeFileSync(join(folder, 'keeper.pid'), String(keeper.pid));
    return keeper;
  }

  it('is that of its keeper, which is asked to end', async () => {
    const exit = once(await keep('process.exit(0)'), 'exit');
    expect(await stopCluster(folder)).toBe('ended');
    expect(await exit).toEqual([0, null]);
  });

  it('comes even where the keeper does not do what it is asked to, and that is said', async () => {
    const exit = once(await keep(''), 'exit');
    expect(await stopCluster(folder, 1_000)).toBe('killed');
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(keeperOf(folder)).toBeUndefined();
  });

  it('leaves a process alone that only has the number of the keeper', async () => {
    writeFileSync(join(folder, 'keeper.pid'), String(process.pid));
    expect(await stopCluster(folder)).toBe('none');
  });
});
