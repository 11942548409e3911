/** What a route asks of its caller: a kind of thing, and what is done with it. Contexts name their own. */
export type Permission = `${string}:${'read' | 'write' | 'act'}`;

/** What a route declares: one permission, or that anybody may use it. */
export type Declared = Permission | 'public';

const pattern = /^[a-z][a-z0-9-]{0,62}:(?:read|write|act)$/;

/** Every permission. For keys only; what a token says is its issuer's and never as wide as that. */
export const everything = '*';

export function isPermission(text: string): text is Permission {
  return pattern.test(text);
}

/** What a route declared, from its configuration in the router; undefined for one that declares nothing. */
export function declaredBy(config: unknown): Declared | undefined {
  const permission = (config as { readonly permission?: unknown } | undefined)?.permission;
  if (typeof permission !== 'string') return undefined;
  return permission === 'public' || isPermission(permission) ? permission : undefined;
}
