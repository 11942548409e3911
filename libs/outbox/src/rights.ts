/** What a group role may do with tables, by name; nothing that is not listed. */
export type TableRights = Readonly<Record<string, readonly string[]>>;

/**
 * What a write side may do with the outbox: who takes commands only adds to it, who publishes cannot. Only publishers may lock the
 * table of the leader.
 */
export const outboxRights = {
  writer: { outbox_events: ['SELECT', 'INSERT'] },
  publisher: { outbox_events: ['SELECT', 'UPDATE'], outbox_leader: ['UPDATE'] },
} as const satisfies Readonly<Record<string, TableRights>>;

/** The group role of the relay, the same in every database with an outbox. */
export const publisherRole = 'outbox_publisher';

/** SQL that gives a role its rights. */
export function grantSql(role: string, tables: TableRights): string {
  return Object.entries(tables)
    .map(([table, rights]) => `GRANT ${rights.join(', ')} ON ${table} TO ${role};`)
    .join('\n');
}
