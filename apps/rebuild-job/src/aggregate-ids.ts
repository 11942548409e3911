import { idText } from './report/text.ts';

/** Unknown ids listed in text; `--json` lists them all. */
const listed = 20;

/** The help of an option that names aggregates. */
export function idsHelp(what: string): string {
  return `${what} (comma-separated, or several times; \\, is a comma within an id)`;
}

/** Ids that were named and are nobody's, as a line of text; none when there are none. */
export function describeUnknown(unknown: readonly string[]): string[] {
  if (unknown.length === 0) return [];
  const more = unknown.length > listed ? ` and ${unknown.length - listed} more (--json)` : '';
  const names = unknown.slice(0, listed).map((id) => `"${idText(id)}"`);
  return [
    `  UNKNOWN   neither the log nor the read model has ${names.join(', ')}${more}: check the spelling`,
  ];
}
