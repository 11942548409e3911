import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keysFileText, newKey } from '@reprise/access';

/**
 * Makes a key for the applications that this process starts, whatever servers they use. It ends with this process.
 * @returns the variables by which applications know it, and requests find it
 */
export function ownKey(): Readonly<Record<'ACCESS_KEYS_FILE' | 'REPRISE_API_KEY', string>> {
  const { id, text, hash } = newKey('run');
  // Nobody else may enter it, and nobody can guess its name.
  const folder = mkdtempSync(join(tmpdir(), 'reprise-key-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'access-keys.json');
  writeFileSync(
    file,
    keysFileText([{ id, name: 'started here', hash, scopes: ['*'], expiresAt: undefined }]),
    {
      mode: 0o600,
    },
  );
  return { ACCESS_KEYS_FILE: file, REPRISE_API_KEY: text };
}
