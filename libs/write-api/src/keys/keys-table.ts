import { type KeyStore } from '@reprise/access';
import { type Logger } from '@reprise/runtime';
import { type Statement, type WriteDatabase } from '../database/write-database.ts';

const selectUsable: Statement = {
  name: 'usable-api-keys',
  text: `SELECT id, name, hash, scopes, expires_at FROM api_keys
    WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
};

/** Later uses of a key within a minute are not written down. */
const noteUse: Statement = {
  name: 'note-api-key-use',
  text: `INSERT INTO api_key_uses AS known (key_id, used_at) SELECT id, now() FROM api_keys WHERE id = $1
    ON CONFLICT (key_id) DO UPDATE SET used_at = excluded.used_at WHERE known.used_at < now() - interval '1 minute'`,
};

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly scopes: string[];
  readonly expires_at: Date | null;
}

/** The keys of a write database, as its application sees them. */
export function keysOf(database: WriteDatabase, logger: Logger): KeyStore {
  return {
    load: async () => {
      const { rows } = await database.run<KeyRow>(selectUsable, []);
      return rows.map(({ expires_at, ...key }) => ({ ...key, expiresAt: expires_at?.getTime() }));
    },
    noteUse: async (id) => {
      try {
        await database.run(noteUse, [id]);
      } catch (error) {
        logger.warn({ err: error, key: id }, 'the use of a key was not written down; one in a minute is');
      }
    },
  };
}
