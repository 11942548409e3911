import { newKey, type StoredKey } from '@reprise/access';
import { type ClientBase } from 'pg';

/** A key as its owner sees it: everything but the key and its hash. */
export interface ListedKey {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly state: 'usable' | 'expired' | 'revoked';
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** When it was last used; up to a minute behind. */
  readonly usedAt: Date | null;
}

export interface KeyRequest {
  readonly environment: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Days until it expires; 0: never. */
  readonly days: number;
}

/** A key that was just made. Its `text` is nowhere else. */
export interface MadeKey {
  readonly id: string;
  readonly text: string;
}

const isUsable = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())';
/** Of a key that a release before the column made: what it lives in all, unless it was shortened. */
const daysOfOld = `CASE WHEN expires_at IS NULL THEN 0
  ELSE greatest(1, round(extract(epoch FROM expires_at - created_at) / 86400))::int END`;
const expiry = 'CASE WHEN $6::int > 0 THEN now() + make_interval(days => $6::int) END';

/** Makes a key. Applications accept it a second later. */
export async function createKey(
  owner: ClientBase,
  { environment, name, scopes, days }: KeyRequest,
): Promise<MadeKey> {
  const { id, text, hash } = newKey(environment);
  await owner.query(
    `INSERT INTO api_keys (id, environment, name, hash, scopes, days, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, ${expiry})`,
    [id, environment, name, hash, scopes, days],
  );
  return { id, text };
}

/** All keys, the newest first. */
export async function listKeys(owner: ClientBase): Promise<ListedKey[]> {
  const { rows } = await owner.query<ListedKey>(`
    SELECT id, environment, name, scopes, created_at AS "createdAt", expires_at AS "expiresAt", used_at AS "usedAt",
      CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN ${isUsable} THEN 'usable' ELSE 'expired' END AS state
    FROM api_keys LEFT JOIN api_key_uses ON key_id = id ORDER BY created_at DESC, id`);
  return rows;
}

/**
 * Makes a key in the place of another one, with its name and scopes; the other one expires after `overlapHours` if it did not before.
 * A connection that breaks in between leaves everything as it was.
 *
 * @param how `days` until the new key expires, 0: never; where it is left out, as many as the other one was made for
 * @returns undefined where there is no usable key with this id; then nothing was changed
 */
export async function rotateKey(
  owner: ClientBase,
  id: string,
  { days, overlapHours }: { readonly days?: number | undefined; readonly overlapHours: number },
): Promise<MadeKey | undefined> {
  await owner.query('BEGIN');
  const { rows } = await owner.query<KeyRequest>(
    `UPDATE api_keys SET days = coalesce(days, ${daysOfOld}), expires_at = least(expires_at, now() + make_interval(hours => $2))
     WHERE id = $1 AND ${isUsable} RETURNING environment, name, scopes, days`,
    [id, overlapHours],
  );
  const [found] = rows;
  const made = found && (await createKey(owner, { ...found, days: days ?? found.days }));
  await owner.query('COMMIT');
  return made;
}

/** Revokes a key: applications refuse it within seconds. @returns false where there is none with this id that is not revoked */
export async function revokeKey(owner: ClientBase, id: string): Promise<boolean> {
  const { rowCount } = await owner.query(
    'UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL',
    [id],
  );
  return rowCount === 1;
}

/** The usable keys, for a file that applications without this database read. */
export async function exportKeys(owner: ClientBase): Promise<StoredKey[]> {
  const { rows } = await owner.query<Omit<StoredKey, 'expiresAt'> & { readonly expiresAt: Date | null }>(
    `SELECT id, name, hash, scopes, expires_at AS "expiresAt" FROM api_keys WHERE ${isUsable} ORDER BY id`,
  );
  return rows.map((row) => ({ ...row, expiresAt: row.expiresAt?.getTime() }));
}
