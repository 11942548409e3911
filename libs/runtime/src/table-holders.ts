/**
 * A query for the sessions (`pid`) that hold a table of this database in EXCLUSIVE mode; none where there is no such table. Anybody who
 * may connect may ask.
 *
 * @param table its name, as the program knows it: it becomes a part of the statement
 */
export function tableHolders(table: string): string {
  return `
  SELECT pid FROM pg_locks
  WHERE locktype = 'relation' AND relation = to_regclass('${table}') AND mode = 'ExclusiveLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
}
