import { createHmac, randomBytes } from 'node:crypto';
import type { InstanceState } from './state.ts';

/** A secret for a new instance. It stands in its `instance.json`, which only the account that made it may read. */
export function newSecret(): string {
  return randomBytes(32).toString('hex');
}

/**
 * The password of a database role, made from the secret of the instance. Without a secret (containers, and a Postgres that an
 * older version started) it is the name of the role.
 */
export function passwordOf({ secret }: Pick<InstanceState, 'secret'>, role: string): string {
  if (secret === undefined) return role;
  return createHmac('sha256', secret).update(role).digest('hex').slice(0, 32);
}
