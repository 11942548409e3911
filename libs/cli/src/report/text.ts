import { printable, printableJson } from '@reprise/runtime';

/** Characters of an id that are shown; longer ones are nobody's and would fill the screen. JSON has all of them. */
const longestId = 200;

export const number = (value: number): string => value.toLocaleString('en-US');
export const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** An id from a log or a store, for a line of text. */
export function idText(id: string): string {
  return printable(id, longestId);
}

/** Lines as one text. None of them breaks in two, whatever values stand in it. */
export function linesText(lines: readonly string[]): string {
  return lines.map((line) => printable(line)).join('\n');
}

/** A value as JSON for people and programs: exact, and escaped where a terminal would obey it. */
export function jsonText(value: unknown, indent?: number): string {
  return printableJson(JSON.stringify(value, null, indent));
}
