import { outboxInsertFrom } from '@reprise/outbox';
import { type Statement } from '../database/write-database.ts';
import { type Aggregate } from './aggregate.ts';
import { fieldsOf, type AggregateState } from './aggregate-table.ts';

/** The statements of one type of aggregate. */
export interface AggregateStatements {
  readonly find: Statement;
  /** Finds it and locks its row until the end of the transaction. */
  readonly lock: Statement;
  /** Locks many in the order of their ids. */
  readonly lockMany: Statement;
  readonly create: Writing;
  readonly update: Writing;
  /** Writes rows as they are given, from one JSON text. */
  readonly upsertMany: Statement;
}

/** A change, and the same change with the answer that is kept for its Idempotency-Key. */
export interface Writing {
  readonly plain: Statement;
  readonly keyed: Statement;
}

/**
 * Writes the statements of an aggregate out. A change is one statement, so it is one transaction without a round trip to open or
 * close it: the row of the aggregate, its event, the outbox message and the kept answer are written together or not at all. Event
 * and message are made from the row that was just written, hence after its lock is held: no other change of this aggregate can draw
 * an outbox id in between.
 *
 * Parameters of a change: the columns of the table in their order, version, time of the change (which is that of its event), then
 * id, type and text of the event, then key, hash and answer.
 */
export function statementsOf<State extends AggregateState>({
  type,
  table,
}: Pick<Aggregate<State, never, string>, 'type' | 'table'>): AggregateStatements {
  const fields = fieldsOf(table);
  const names = fields.map(([, [name]]) => name);
  const columns = [...names, 'version', 'created_at', 'updated_at'].join(', ');
  const id = table.columns[table.id as keyof typeof table.columns][0];
  const place = (field: string): string => `$${names.indexOf(field) + 1}`;
  const [version, time] = [`$${names.length + 1}::int`, `$${names.length + 2}::timestamptz`];
  const after = (index: number): string => `$${names.length + 2 + index}`;

  const insert = `
  INSERT INTO ${table.name} (${columns})
  VALUES (${names.map(place).join(', ')}, ${version}, ${time}, ${time})
  RETURNING ${id} AS id`;

  // Changes the version before, and no row when another change came first.
  const update = `
  UPDATE ${table.name} SET ${names
    .filter((name) => name !== id)
    .map((name) => `${name} = ${place(name)}`)
    .join(', ')}, version = ${version}, updated_at = ${time}
  WHERE ${id} = ${place(id)} AND version = ${version} - 1
  RETURNING ${id} AS id`;

  const storeEvent = `
  INSERT INTO event_store (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope)
  SELECT ${after(1)}::uuid, '${type}', id, ${version}, ${after(2)}, ${time}, ${after(3)}::json FROM changed
  RETURNING event_id, aggregate_id, aggregate_version, type, envelope`;

  const keepAnswer = `
  INSERT INTO idempotency_keys (key, request_hash, answer)
  SELECT ${after(4)}, ${after(5)}, ${after(6)}::json FROM changed`;

  const writing = (name: string, write: string): Writing => {
    const statement = (answered: string): string =>
      `WITH changed AS (${write}), stored AS (${storeEvent})${answered} ${outboxInsertFrom('stored')}`;
    return {
      plain: { name, text: statement('') },
      keyed: { name: `${name}-with-key`, text: statement(`, answered AS (${keepAnswer})`) },
    };
  };

  const find = `SELECT ${columns} FROM ${table.name} WHERE ${id} = $1`;
  return {
    find: { name: `find-${type}`, text: find },
    lock: { name: `lock-${type}`, text: `${find} FOR UPDATE` },
    lockMany: {
      name: `lock-many-${type}`,
      text: `SELECT ${columns} FROM ${table.name} WHERE ${id} = ANY($1) ORDER BY ${id} FOR UPDATE`,
    },
    create: writing(`create-${type}`, insert),
    update: writing(`change-${type}`, update),
    upsertMany: {
      name: `upsert-many-${type}`,
      text: `
  INSERT INTO ${table.name} (${columns})
  SELECT ${[...fields.map(([field]) => field), 'version', 'createdAt', 'updatedAt'].map((field) => `"${field}"`).join(', ')}
  FROM json_to_recordset($1::json) AS row (${[
    ...fields.map(([field, [, columnType]]) => `"${field}" ${columnType}`),
    'version int, "createdAt" timestamptz, "updatedAt" timestamptz',
  ].join(', ')})
  ORDER BY "${table.id}"
  ON CONFLICT (${id}) DO UPDATE SET ${[...names.filter((name) => name !== id), 'version', 'updated_at']
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`,
    },
  };
}
