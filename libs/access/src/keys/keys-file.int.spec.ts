import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKey, type StoredKey } from './api-key.ts';
import { keysFileText, readKeysFile } from './keys-file.ts';

describe('a file of keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-file-'));
  const path = join(folder, 'keys.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  const { id, hash } = newKey('live');
  const key: StoredKey = {
    id,
    name: 'importer',
    hash,
    scopes: ['products:write'],
    expiresAt: 1_800_000_000_000,
  };

  it('reads as it was written', async () => {
    const keys = [key, { ...key, scopes: ['*'], expiresAt: undefined }];
    writeFileSync(path, keysFileText(keys));
    expect(await readKeysFile(path)).toEqual(keys);
  });

  const entry = (changed: object): string =>
    JSON.stringify({ keys: [{ ...key, expiresAt: undefined, ...changed }] });
  const noKey = /entry 0 of "keys" is not a key/;

  it.each<[string, string | undefined, RegExp]>([
    ['no file', undefined, /no such file/],
    ['no JSON', '{"keys": [secret-marker', /it is not JSON/],
    ['no list', '{"keys": {}}', /no list "keys"/],
    ['nothing', 'null', /no list "keys"/],
    ['no object', '{"keys": [7]}', noKey],
    ['a key instead of its hash', entry({ hash: 'rp_live_secret-marker' }), noKey],
    ['an id that is none', entry({ id: '../x' }), noKey],
    ['a scope that is none', entry({ scopes: ['products:*'] }), noKey],
    ['a date that is none', entry({ expiresAt: 'soon' }), noKey],
    ['too much', ' '.repeat(2 ** 20 + 1), /larger than/],
  ])('with %s is refused as a whole, by name and without its content', async (_, text, why) => {
    if (text === undefined) rmSync(path, { force: true });
    else writeFileSync(path, text);
    const reading = readKeysFile(path);
    await expect(reading).rejects.toThrow(why);
    await expect(reading).rejects.toMatchObject({
      code: 'KEYS_FILE_UNUSABLE',
      message: expect.stringContaining(path),
    });
    await expect(reading).rejects.not.toThrow('secret-marker');
  });
});
