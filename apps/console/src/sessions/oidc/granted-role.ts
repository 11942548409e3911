import type { Role } from '../../contract/index.ts';
import { suffices } from '../roles.ts';

export type Claims = Readonly<Record<string, unknown>>;

/**
 * The widest role that somebody's claims give; undefined where they give none.
 *
 * @param claim its name, or a path like `realm_access.roles`; a text divided by spaces, or a list
 * @param roles what each of its values gives
 */
export function grantedRole(
  claims: Claims,
  claim: string,
  roles: ReadonlyMap<string, Role>,
): Role | undefined {
  const given = valuesOf(claimIn(claims, claim)).flatMap((value) => roles.get(value) ?? []);
  return given.reduce<Role | undefined>(
    (widest, one) => (widest !== undefined && suffices(widest, one) ? widest : one),
    undefined,
  );
}

/** A claim by its whole name first: some providers name theirs by addresses, which have dots. */
export function claimIn(claims: Claims, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  return claim.split('.').reduce<unknown>((at, name) => {
    const isObject = typeof at === 'object' && at !== null && Object.hasOwn(at, name);
    return isObject ? (at as Claims)[name] : undefined;
  }, claims);
}

function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((value): value is string => typeof value === 'string') : [];
}
