import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../../reprise', import.meta.url));

describe('./reprise', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'reprise-script-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (file: string, ...words: string[]) =>
    spawnSync(file, words, { cwd: folder, encoding: 'utf8', timeout: 150_000 });

  it('runs the command line from any folder, also through a link, and ends with its exit code', () => {
    const link = join(folder, 'link');
    symlinkSync(script, link);
    const { status, stdout } = run(link, 'rebuild', '--help');
    expect({ status, help: stdout }).toEqual({ status: 0, help: expect.stringContaining('--projection') });
    expect(run(script, 'rebuild', '--nonsense').status).toBe(1);
  });

  it('says what to do in a clone where nothing is installed', () => {
    const lone = join(folder, 'reprise');
    copyFileSync(script, lone);
    expect(run(lone, 'status')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('run `npm ci` in'),
    });
  });
});
