import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysFileText, newKey } from '@reprise/access';
import type { ConsoleFixture } from './console-fixture.ts';

const scopes = {
  viewer: 'console:read',
  operator: 'console:act',
  /** Another operator. */
  second: 'console:act',
  admin: 'console:write',
} as const;

export type KeyHolder = keyof typeof scopes;

/** One key for each role, in one file. */
export interface RoleKeys {
  readonly keys: Readonly<Record<KeyHolder, ReturnType<typeof newKey>>>;
  /** The header that a holder of a key sends. */
  as(holder: KeyHolder): Readonly<Record<'authorization', string>>;
  /** Writes the file again: scopes of holders, where they have others now; no scope at all is a revoked key. */
  write(changes?: Partial<Record<KeyHolder, string | undefined>>): void;
}

/** Lets the consoles that are started from now on know one key for each role, and no other one. */
export function roleKeys(fixture: Pick<ConsoleFixture, 'env'>): RoleKeys {
  const holders = Object.keys(scopes) as KeyHolder[];
  const keys = Object.fromEntries(holders.map((holder) => [holder, newKey('test')])) as RoleKeys['keys'];
  const file = join(fixture.env['CONSOLE_JOBS_DIRECTORY']!, 'keys.json');
  const write: RoleKeys['write'] = (changes = {}) => {
    const entries = Object.entries({ ...scopes, ...changes }).flatMap(([name, scope]) => {
      const { id, hash } = keys[name as KeyHolder];
      return scope === undefined ? [] : [{ name, id, hash, scopes: [scope], expiresAt: undefined }];
    });
    writeFileSync(file, keysFileText(entries));
  };
  write();
  fixture.env['ACCESS_KEYS_FILE'] = file;
  return { keys, as: (holder) => ({ authorization: `Bearer ${keys[holder].text}` }), write };
}
