import { idText } from '../report/text.ts';

/** Unknown ids listed in text; `--json` lists them all. */
const listed = 20;

/** Ids that were named and are nobody's, as a line of text; none when there are none. */
export function describeUnknown(unknown: readonly string[]): string[] {
  if (unknown.length === 0) return [];
  const more = unknown.length > listed ? ` and ${unknown.length - listed} more (--json)` : '';
  const names = unknown.slice(0, listed).map((id) => `"${idText(id)}"`);
  return [
    `  UNKNOWN   neither the log nor the read model has ${names.join(', ')}${more}: check the spelling, or give its aggregate type (--type)`,
  ];
}
