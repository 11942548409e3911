/** Letters whose stroke, hook or ligature Unicode does not take apart, as they are commonly typed without it; lower case only. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ĸ: 'k',
  // What is left of a sigma at the end of a word.
  ς: 'σ',
};
const letters = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'gu');

/**
 * Accents and other marks above or below a letter. Only these blocks: the vowel signs of Indic scripts, the voicing marks of kana
 * and the points of Hebrew and Arabic make other letters or other words, and stay.
 */
const accents = /[\u0300-\u036f]|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\u20d0-\u20ff]|[\ufe20-\ufe2f]/gu;

const beyondAscii = /\P{ASCII}/u;

/** How many code points of a text it is sorted by. No event holds a longer title, but folding lengthens some characters. */
const sortedLength = 200;

/** Whether lower case is all there is to folding the text, as Elasticsearch's standard analyser does it. */
export function isPlainText(text: string): boolean {
  return !beyondAscii.test(text);
}

/** The one Unicode form in which read models hold text (NFC): `é` is one code point, however it was sent. */
export function composedText(text: string): string {
  return text.normalize('NFC');
}

/**
 * Text as it is searched and sorted by, in any language: no case, no accents, no ligatures or widths (`Éclair` and `ECLAIR` are
 * `eclair`, `Straße` is `strasse`). The same for every Unicode form of the text, and folding it again changes nothing.
 *
 * It follows the Unicode tables of the running Node; a test pins their version, because a projection depends on it.
 */
export function foldedText(text: string): string {
  if (isPlainText(text)) return text.toLowerCase();
  return (
    text
      .normalize('NFKD')
      .replace(accents, '')
      // To capitals and back also takes dotless i and long s to the letters they are written as in capitals.
      .toUpperCase()
      .toLowerCase()
      .replace(letters, (letter) => plainLetters[letter] ?? letter)
      .normalize('NFC')
  );
}

/** What a text is sorted by: its folded form, no longer than a cursor and a term of the index can hold. */
export function sortText(text: string): string {
  const folded = foldedText(text);
  return folded.length <= sortedLength ? folded : [...folded].slice(0, sortedLength).join('');
}
