import type { Access, Permission } from '@reprise/access';
import type { Role } from '../contract/index.ts';

/** Roles from the least to the most, each with the permission that gives it. */
const permissions: readonly (readonly [Role, Permission])[] = [
  ['viewer', 'console:read'],
  ['operator', 'console:act'],
  ['admin', 'console:write'],
];

const roles = permissions.map(([role]) => role);

export function permissionOf(role: Role): Permission {
  return permissions.find(([name]) => name === role)![1];
}

/** The role that a permission stands for; undefined for one that has nothing to do with the console. */
export function roleNeeded(permission: string): Role | undefined {
  return permissions.find(([, name]) => name === permission)?.[0];
}

/** Whether somebody with `role` may do what needs `needed`. */
export function suffices(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** The roles that may do what needs this one, the widest first. */
export function rolesThatMay(needed: Role): Role[] {
  return roles.filter((role) => suffices(role, needed)).reverse();
}

/** The widest role that one of these scopes gives; undefined where none does. */
export function roleOfScopes(scopes: readonly string[]): Role | undefined {
  return [...roles].reverse().find((role) => scopes.includes(permissionOf(role)));
}

/** Who a credential stands for here. */
export type Judged =
  | { readonly ok: true; readonly actor: string; readonly role: Role }
  | { readonly ok: false; readonly reason: 'unauthenticated' | 'forbidden'; readonly detail: string };

/** The widest role that a credential has. @param authorization as in the header, `Bearer …`; an open console takes none */
export async function roleOf(access: Access, authorization: string | undefined): Promise<Judged> {
  let refused: Judged = { ok: false, reason: 'unauthenticated', detail: 'no-credential' };
  for (const role of rolesThatMay('viewer')) {
    const admission = await access.admit(permissionOf(role), authorization);
    if (admission.outcome === 'admitted') return { ok: true, actor: admission.actor ?? 'anonymous', role };
    if (admission.outcome === 'unauthenticated')
      return { ok: false, reason: 'unauthenticated', detail: admission.reason };
    refused = { ok: false, reason: 'forbidden', detail: admission.actor };
  }
  return refused;
}
