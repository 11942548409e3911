import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { scratchDirectory } from './scratch-directory.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'scratch-of-test-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** No process has it: the kernel hands out smaller ones. */
const deadPid = 2 ** 30;
const rootNamed = (suffix: string) => join(base, `reprise-${process.geteuid!()}-${suffix}`);
const left = (root: string, host: string, pid: number) => join(root, `scratch-${host}-${pid}-abcdef`);
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** As another account would have made it; without the right to give files away, as one that others may write to. */
function makeForeign(path: string): void {
  if (process.geteuid!() === 0) chownSync(path, 65_534, 65_534);
  else chmodSync(path, 0o777);
}

describe('a scratch directory', () => {
  it('takes the place of those that killed processes of this host have left, and of no others', () => {
    const root = rootNamed('aBcD12');
    const [dead, alive, elsewhere] = [
      left(root, hostname(), deadPid),
      left(root, hostname(), process.pid),
      left(root, 'another-host', deadPid),
    ];
    const others = join(root, 'half-read');
    for (const path of [root, dead, alive, elsewhere, others]) mkdirSync(path, { mode: 0o700 });
    const own = scratchDirectory(base);
    expect(own.root).toBe(root);
    expect([own.path, dead, alive, elsewhere, others].map((path) => existsSync(path))).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  it('is for its own account alone, and leaves nothing behind', () => {
    const umask = process.umask(0);
    const [first, second] = [scratchDirectory(base), scratchDirectory(base)];
    process.umask(umask);
    expect([first.root, first.path, second.path].map(modeOf)).toEqual(['700', '700', '700']);
    expect(dirname(first.path)).toBe(second.root);
    first.remove();
    expect(readdirSync(base)).toHaveLength(1);
    second.remove();
    expect(readdirSync(base)).toEqual([]);
  });

  it('never touches what another account has made under the same kind of name', () => {
    const [foreign, open] = [rootNamed('aaaaaa'), rootNamed('bbbbbb')];
    const planted = [foreign, open].map((root) => left(root, hostname(), deadPid));
    for (const path of [foreign, open, ...planted]) mkdirSync(path, { mode: 0o700 });
    makeForeign(foreign);
    chmodSync(open, 0o777);
    const own = scratchDirectory(base);
    expect(planted.map((path) => existsSync(path))).toEqual([true, true]);
    expect([foreign, open]).not.toContain(own.root);
  });

  it('never follows a link to what it should remove', () => {
    const victim = join(base, 'victim');
    const [inVictim, root] = [left(victim, hostname(), deadPid), rootNamed('bbbbbb')];
    for (const path of [victim, inVictim, join(inVictim, 'kept'), root]) mkdirSync(path, { mode: 0o700 });
    symlinkSync(victim, rootNamed('aaaaaa'));
    symlinkSync(inVictim, left(root, hostname(), deadPid));
    const own = scratchDirectory(base);
    expect(own.root).toBe(root);
    expect(readdirSync(inVictim)).toEqual(['kept']);
    expect(readdirSync(root)).toEqual([own.path.slice(root.length + 1)]);
  });
});
