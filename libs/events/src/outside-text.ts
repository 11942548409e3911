const longestName = 128;

/** Throws at bytes that are not UTF-8 instead of replacing them. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Text from outside as everything that keeps it can hold it: NUL, which Postgres takes in no text, and halves of surrogate pairs,
 * which UTF-8 cannot carry, become U+FFFD.
 * @param longest most UTF-16 code units; what is longer is cut and ends in `…`
 */
export function storableText(text: string, longest = Infinity): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** Whether a text can be kept as it is: an id that cannot is nobody's. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/**
 * A value as JSON text that a `jsonb` column takes, with every text in it storable, names of members among them. Whatever else
 * reaches JSON was made storable at its door; this holds where something was not.
 * @throws TypeError for a bigint and for circles, as JSON.stringify does
 */
export function storableJson(value: object): string {
  const json = JSON.stringify(value);
  // JSON.stringify escapes exactly what is to be replaced: NUL, and surrogates that are alone.
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json;
  return json.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
    escape.length > 2 ? '\\ufffd' : escape,
  );
}

/** What to call the key of a record: its text, or its bytes in hexadecimal where they are no text. Cut where it is long. */
export function nameOfKey(key: Buffer | string): string {
  if (typeof key === 'string') return storableText(key, longestName);
  try {
    const text = utf8.decode(key);
    if (isStorableText(text)) return storableText(text, longestName);
  } catch {
    // No text.
  }
  const cut = key.length > longestName / 2 ? '…' : '';
  return `0x${key.toString('hex', 0, longestName / 2)}${cut}`;
}
