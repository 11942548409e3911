import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { developmentAccess, provideDevelopmentKey } from './development-key.ts';
import { readState, writeState, type InstanceState } from './state.ts';

describe('the development key of an instance', () => {
  const folder = mkdtempSync(join(tmpdir(), 'development-key-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const made = (): InstanceState => ({
    ...{ format: 1, kind: 'embedded', dataDirectory: folder, fsync: true, servers: {} },
  });

  it('is made once, kept with the instance, and known to applications by its hash alone', () => {
    const state = made();
    expect(developmentAccess(state, folder)).toBeUndefined();
    provideDevelopmentKey(folder, state);
    writeState(folder, state);
    const { ACCESS_KEYS_FILE: file, REPRISE_API_KEY: key } = developmentAccess(readState(folder)!, folder)!;
    expect(key).toMatch(/^rp_dev_[0-9a-f]{16}_[0-9a-f]{64}$/);
    const text = readFileSync(file, 'utf8');
    expect(JSON.parse(text)).toEqual({
      keys: [{ id: key.split('_')[2], name: 'development', hash: hash('sha256', key), scopes: ['*'] }],
    });
    expect(text).not.toContain(key.slice(-64));
    for (const name of ['instance.json', 'access-keys.json'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);

    rmSync(file);
    provideDevelopmentKey(folder, state);
    expect(state.developmentKey).toBe(key);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('differs from that of another instance', () => {
    const [one, other] = [made(), made()];
    for (const state of [one, other]) provideDevelopmentKey(folder, state);
    expect(one.developmentKey).not.toBe(other.developmentKey);
  });
});
