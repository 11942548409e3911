import type { EventStoreTable } from '@reprise/events';
import { escapeIdentifier, escapeLiteral } from 'pg';

/** A name as SQL takes it, whatever it holds. */
export function quoted(name: string): string {
  return escapeIdentifier(name);
}

/** A text as SQL takes it. */
export function quotedText(text: string): string {
  return escapeLiteral(text);
}

export function quotedTable({ schema, name }: Pick<EventStoreTable, 'schema' | 'name'>): string {
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}
