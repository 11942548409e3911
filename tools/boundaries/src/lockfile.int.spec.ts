import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

interface Lockfile {
  packages: Record<string, Record<string, unknown>>;
}

const tool = fileURLToPath(new URL('../../lockfile.mjs', import.meta.url));
const committed = fileURLToPath(new URL('../../../package-lock.json', import.meta.url));

describe('tools/lockfile.mjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockfile-'));
  const file = join(folder, 'package-lock.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (path: string): Lockfile => JSON.parse(readFileSync(path, 'utf8'));
  const write = (packages: Lockfile['packages']) =>
    writeFileSync(file, JSON.stringify({ lockfileVersion: 3, packages }));

  async function run(...args: string[]): Promise<{ code: number; stderr: string }> {
    const ended = promisify(execFile)(process.execPath, [tool, ...args]);
    return ended.then(
      () => ({ code: 0, stderr: '' }),
      ({ code, stderr }) => ({ code, stderr }),
    );
  }

  it('finds the committed lockfile complete for every platform', async () => {
    expect(await run('--check', committed)).toEqual({ code: 0, stderr: '' });
  });

  it('names what is missing and changes nothing when it only checks', async () => {
    const { packages } = read(committed);
    delete packages['node_modules/@swc/core-darwin-arm64'];
    write(packages);
    const before = readFileSync(file, 'utf8');

    const { code, stderr } = await run('--check', file);

    expect(code).toBe(1);
    expect(stderr).toContain(
      `@swc/core-darwin-arm64@${String(packages['node_modules/@swc/core']?.['version'])}`,
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('adds what is missing with the platform its name states, in the order npm keeps', async () => {
    const { packages } = read(committed);
    const expected = structuredClone(packages);
    for (const name of ['@swc/core-darwin-x64', '@unrs/resolver-binding-linux-x64-musl']) {
      delete packages[`node_modules/${name}`];
    }
    write(packages);

    expect((await run(file)).code).toBe(0);

    const completed = read(file).packages;
    expect(Object.keys(completed)).toEqual(Object.keys(expected));
    expect(completed['node_modules/@swc/core-darwin-x64']).toMatchObject({
      os: ['darwin'],
      cpu: ['x64'],
      optional: true,
    });
    expect(completed['node_modules/@unrs/resolver-binding-linux-x64-musl']).toMatchObject({
      os: ['linux'],
      libc: ['musl'],
    });
    expect((await run('--check', file)).code).toBe(0);
  });

  it('accepts an optional package that stands nested in the one that wants it', async () => {
    write({
      '': {},
      'node_modules/a': { version: '1.0.0', optionalDependencies: { 'b-linux-x64': '2.0.0' } },
      'node_modules/a/node_modules/b-linux-x64': { version: '2.0.0' },
    });
    expect((await run('--check', file)).code).toBe(0);
  });

  it('refuses to guess a platform', async () => {
    write({ '': {}, 'node_modules/a': { version: '1.0.0', optionalDependencies: { b: '2.0.0' } } });
    const { code, stderr } = await run(file);
    expect(code).toBe(1);
    expect(stderr).toContain('node_modules/a wants b@2.0.0');
  });
});
