import { printable } from '@reprise/runtime';
import { type AuditEntry } from '@reprise/runtime/audit';
import { type ListedKey } from '@reprise/write-api';

/** Keys as lines of a table for people; a sentence where there is none. */
export function asTable(keys: readonly ListedKey[]): string {
  if (keys.length === 0) return 'There is no key.\n';
  const rows = keys.map(({ id, name, state, scopes, createdAt, expiresAt, usedAt }) => [
    ...[id, state, name, scopes.join(',')],
    ...[
      moment(createdAt),
      expiresAt === null ? 'never' : moment(expiresAt),
      usedAt === null ? 'never' : moment(usedAt),
    ],
  ]);
  return table([['ID', 'STATE', 'NAME', 'SCOPES', 'CREATED', 'EXPIRES', 'LAST USED'], ...rows]);
}

/** Changes of keys as lines of a table for people. One without an exit code runs, or was killed. */
export function auditAsTable(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return 'Nothing is on record.\n';
  const rows = entries.map(({ at, verb, user, host, actor, arguments: words, outcome }) => [
    ...[moment(at), verb, outcome === null ? 'none' : String(outcome.exitCode), `${user} on ${host}`],
    ...[actor ?? '', words.join(' ')],
  ]);
  return table([['AT', 'VERB', 'EXIT', 'BY', 'SAYS', 'WITH'], ...rows]);
}

/** Rows of cells, the first of which are the heads. No cell can look like another row, whoever wrote what stands in it. */
function table(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map((cell) => printable(cell)));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** To the minute, in UTC. */
function moment(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
