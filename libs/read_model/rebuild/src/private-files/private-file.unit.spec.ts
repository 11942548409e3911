import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateFile, openPrivateFile, removeOrTell, removePrivate } from './private-file.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'private-file-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));
const at = (...names: string[]) => join(base, ...names);

describe('a private file', () => {
  it('is readable for its own account alone, whatever the umask is', () => {
    const umask = process.umask(0);
    closeSync(createPrivateFile(at('own')));
    process.umask(umask);
    expect(statSync(at('own')).mode & 0o777).toBe(0o600);
  });

  it('never takes the place of another file, nor of what a link leads to', () => {
    writeFileSync(at('victim'), 'precious');
    symlinkSync(at('victim'), at('link'));
    symlinkSync(at('nowhere'), at('dangling'));
    for (const name of ['victim', 'link', 'dangling'])
      expect(() => createPrivateFile(at(name))).toThrow(/EEXIST/);
    expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
    expect(existsSync(at('nowhere'))).toBe(false);
  });

  it('is not read through a link, nor when others may have written it', () => {
    closeSync(createPrivateFile(at('own')));
    closeSync(openPrivateFile(at('own')));
    symlinkSync(at('own'), at('link'));
    expect(() => openPrivateFile(at('link'))).toThrow(/ELOOP/);
    chmodSync(at('own'), 0o622);
    expect(() => openPrivateFile(at('own'))).toThrow(/this account alone/);
    mkdirSync(at('directory'));
    expect(() => openPrivateFile(at('directory'))).toThrow(/this account alone/);
  });
});

describe('removing', () => {
  it('takes a directory with all it holds, and links without what they lead to', () => {
    mkdirSync(at('root', 'old', 'deep'), { recursive: true, mode: 0o700 });
    mkdirSync(at('victim'));
    writeFileSync(at('victim', 'kept'), '');
    symlinkSync(at('victim'), at('root', 'old', 'deep', 'link'));
    removePrivate(at('root', 'old'));
    expect(readdirSync(at('root'))).toEqual([]);
    expect(readdirSync(at('victim'))).toEqual(['kept']);
    expect(() => removePrivate(at('root', 'old'))).not.toThrow();
    expect(() => removePrivate(at('gone', 'old'))).not.toThrow();
  });

  it('removes nothing where the directory was replaced by a link', () => {
    mkdirSync(at('root', 'old'), { recursive: true, mode: 0o700 });
    mkdirSync(at('victim', 'old'), { recursive: true });
    renameSync(at('root'), at('aside'));
    symlinkSync(at('victim'), at('root'));
    expect(() => removePrivate(at('root', 'old'))).toThrow(/ENOTDIR|ELOOP/);
    expect(existsSync(at('victim', 'old'))).toBe(true);
  });

  it('removes nothing where others may write, and names what is left', () => {
    mkdirSync(at('shared', 'old'), { recursive: true });
    chmodSync(at('shared'), 0o777);
    const notices: string[] = [];
    removeOrTell(at('shared', 'old'), (line) => notices.push(line));
    expect(existsSync(at('shared', 'old'))).toBe(true);
    expect(notices).toEqual([
      expect.stringMatching(/old is no longer needed and could not be removed: .*others may write/),
    ]);
  });
});
