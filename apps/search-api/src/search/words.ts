/** Scripts with spaces between words. A word ends where the script changes; digits and the marks above letters belong to it. */
const spaced =
  'Latin Greek Cyrillic Armenian Georgian Hebrew Arabic Ethiopic Hangul Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu ' +
  'Kannada Malayalam Sinhala';
/** Scripts without them, in which an analyser takes everything up to another character for one word. */
const unspaced = 'Thai Lao Khmer Myanmar';
const words = [
  ...spaced.split(' ').map((script) => String.raw`[\p{sc=${script}}\u0300-\u036f\u064b-\u06550-9]+`),
  ...unspaced.split(' ').map((script) => String.raw`\p{sc=${script}}+`),
];
/** Any other character may be a word: Chinese, Japanese, emoji, rare scripts. Space, punctuation and controls are none. */
const character = String.raw`\p{Extended_Pictographic}|[^\p{Z}\p{C}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}]`;
const word = new RegExp([...words, character].join('|'), 'gu');

/** How many words a text has, or more: never fewer than Elasticsearch's standard analyser makes of it. */
export function countWords(text: string): number {
  return text.match(word)?.length ?? 0;
}
