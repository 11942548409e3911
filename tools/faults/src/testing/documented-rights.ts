import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/reference/rights.md'), 'utf8');

/** The rows of the table below a heading of the page on rights, header excluded. */
function tableOf(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const words = (cell: string): string[] => cell.split(',').flatMap((word) => word.trim() || []);

export interface DocumentedAcl {
  readonly principal: string;
  readonly resource: string;
  readonly name: string;
  readonly prefixed: boolean;
  readonly operations: readonly string[];
}

/** The ACLs that the documentation says each process needs. */
export function documentedAcls(): DocumentedAcl[] {
  return tableOf('Kafka').map(([principal = '', resource = '', name = '', operations = '']) => ({
    principal,
    resource,
    name: name.replace(' (prefixed)', ''),
    prefixed: name.endsWith('(prefixed)'),
    operations: words(operations),
  }));
}

/** A user who has every documented right of a principal but one. */
export interface LackingAcl extends DocumentedAcl {
  readonly user: string;
  readonly operation: string;
  /** What the user does have. */
  readonly left: readonly DocumentedAcl[];
}

/** One user for each documented right of Kafka, who lacks exactly that one. Users are called as `startSecuredKafka` makes them. */
export function lackingAcls(): LackingAcl[] {
  const acls = documentedAcls();
  const each = acls.flatMap((acl) => acl.operations.map((operation) => ({ acl, operation })));
  return each.map(({ acl, operation }, index) => {
    const own = acls.filter(({ principal }) => principal === acl.principal);
    const left = own.map((one) =>
      one === acl ? { ...one, operations: one.operations.filter((other) => other !== operation) } : one,
    );
    return { ...acl, operation, user: `lacking-${index}`, left };
  });
}

export interface Role {
  readonly cluster: readonly string[];
  readonly indices: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[];
}

/** The roles of the table, in its order. */
const roleNames = ['feeder', 'search', 'verifier'] as const;

/** Elasticsearch's roles with the privileges of the documentation, and one for each privilege that lacks exactly that one. */
export function documentedRoles(): Record<string, Role> {
  const lacking = lackingPrivileges().map(({ user, left }) => [user, left] as const);
  return { ...rolesOfPage(), ...Object.fromEntries(lacking) };
}

/** For each privilege of each role: a user who has all others of it. */
export function lackingPrivileges() {
  const without = (words: readonly string[], one: string) => words.filter((word) => word !== one);
  return Object.entries(rolesOfPage()).flatMap(([role, { cluster, indices }]) =>
    [...cluster, ...indices[0]!.privileges].map((privilege) => ({
      ...{ role, privilege, user: `${role}-without-${privilege}` },
      left: {
        cluster: without(cluster, privilege),
        indices: [{ names: indices[0]!.names, privileges: without(indices[0]!.privileges, privilege) }],
      },
    })),
  );
}

function rolesOfPage(): Record<string, Role> {
  const roles = tableOf('Elasticsearch').map(([, cluster = '', privileges = '']) => ({
    cluster: words(cluster),
    indices: [{ names: ['product_search_v*', 'product_search'], privileges: words(privileges) }],
  }));
  return Object.fromEntries(roleNames.map((name, index) => [name, roles[index]!]));
}

/** One right of a group role of Postgres. */
export interface DocumentedGrant {
  readonly role: string;
  /** With its schema, where that is not the first of the search path. */
  readonly table: string;
  readonly privilege: string;
}

/** The group roles of Postgres that the page lists. */
export function documentedGroups(): string[] {
  return [...page.matchAll(/^- `(\w+)`, for [^:]* database: /gm)].map(([, role]) => role!);
}

/** Each right on a table that the page lists for a role of Postgres. */
export function documentedGrants(role: string): DocumentedGrant[] {
  const [, list = ''] = new RegExp(`^- \`${role}\`, for [^:]* database: (.*)\\.$`, 'm').exec(page) ?? [];
  return list.split('; ').flatMap((entry) => {
    const [, table = '', privileges = ''] = /^`([\w.]+)` ([A-Z, ]+)$/.exec(entry) ?? [];
    return words(privileges).map((privilege) => ({ role, table, privilege }));
  });
}
