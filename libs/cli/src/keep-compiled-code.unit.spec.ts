import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeFolder } from './keep-compiled-code.ts';

describe('the folder of compiled code', () => {
  let cache: string;
  let folder: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'reprise-code-'));
    folder = join(cache, 'reprise', 'code');
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  const found = () => codeFolder({ XDG_CACHE_HOME: cache });

  it('is made for this account alone, and found again', () => {
    expect(found()).toBe(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(found()).toBe(folder);
  });

  it.each(['', 'reprise', 'reprise/code'])(
    'is not used when others may write to "%s" of the cache',
    (place) => {
      mkdirSync(folder, { recursive: true });
      chmodSync(join(cache, place), 0o777);
      expect(found()).toBeUndefined();
    },
  );

  it('is not used when it is a link to somewhere else', () => {
    mkdirSync(join(cache, 'reprise'));
    mkdirSync(join(cache, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(cache, 'elsewhere'), folder);
    expect(found()).toBeUndefined();
  });

  it('is not used where it cannot be made', () => {
    expect(codeFolder({ XDG_CACHE_HOME: '/proc' })).toBeUndefined();
  });
});
