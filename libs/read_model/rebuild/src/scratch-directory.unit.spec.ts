import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { scratchDirectory } from './scratch-directory.ts';

let base: string;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'scratch-of-test-'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** No process has it: the kernel hands out smaller ones. */
const deadPid = 2 ** 30;

describe('a scratch directory', () => {
  it('takes the place of those that killed processes of this host have left, and of no others', async () => {
    const left = (host: string, pid: number) => join(base, `reprise-scratch-${host}-${pid}-abcdef`);
    const [dead, alive, elsewhere] = [
      left(hostname(), deadPid),
      left(hostname(), process.pid),
      left('another-host', deadPid),
    ];
    const others = join(base, 'reprise-scratch-notes');
    for (const path of [dead, alive, elsewhere, others]) mkdirSync(path);
    const own = await scratchDirectory(base);
    expect([own, dead, alive, elsewhere, others].map((path) => existsSync(path))).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });
});
