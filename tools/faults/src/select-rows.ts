import type { Row } from './row.ts';

/** The rows with exactly these ids. */
export function rowsNamed(rows: readonly Row[], ids: readonly string[]): readonly Row[] {
  return rows.filter(({ id }) => ids.includes(id));
}

/**
 * The rows that ids or letters name: `W1` is that row and its variants (`W1b`), `W` the whole group.
 * @throws Error naming what fits no row
 */
export function selectRows(rows: readonly Row[], wanted: readonly string[]): readonly Row[] {
  if (wanted.length === 0) return rows;
  const fits = (id: string, word: string): boolean =>
    id === word || (/^[A-Z]$/.test(word) ? id.startsWith(word) : new RegExp(`^${word}[a-z]$`).test(id));
  const unknown = wanted.filter((word) => !rows.some(({ id }) => fits(id, word)));
  if (unknown.length > 0) throw new Error(`No row is named ${unknown.join(', ')}; see --list.`);
  return rows.filter(({ id }) => wanted.some((word) => fits(id, word)));
}
