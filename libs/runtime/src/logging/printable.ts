/**
 * What a terminal obeys, or what changes how the text around it is shown: control characters (escape sequences and line breaks among
 * them), format characters such as those that turn the direction of writing, line separators, halves of pairs, and code points that
 * mean nothing to anybody yet.
 */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;
const unprintableInLines = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu;
const unprintableInJson = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu;

/**
 * Text from outside as a part of one line: whatever a terminal would obey is shown as U+FFFD.
 * @param longest most characters; what is longer is cut and ends in `…`
 */
export function printable(text: string, longest = Infinity): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(unprintable, '\uFFFD');
}

/** Text of several lines, masked alike; its line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(unprintableInLines, '\uFFFD');
}

/** JSON text whose values are exactly the same, with what a terminal would obey written as `\uXXXX`. */
export function printableJson(json: string): string {
  return json.replace(unprintableInJson, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeOf(character.charCodeAt(at))).join(''),
  );
}

function escapeOf(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
