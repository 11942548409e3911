const longestName = 128;

/** Throws at bytes that are not UTF-8 instead of replacing them. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Text from outside in a form that every store can hold: NUL, which Postgres accepts in no text, and halves of surrogate pairs,
 * which UTF-8 cannot carry, become U+FFFD.
 * @param longest most UTF-16 code units; longer text is cut and ends in `…`
 */
export function storableText(text: string, longest = Infinity): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** Whether a text can be stored as it is: an id that cannot belongs to nobody. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/**
 * A value as JSON text that a `jsonb` column accepts, with every text in it storable, member names included. Other values are
 * made storable where they enter; this is the safety net.
 * @throws TypeError for a bigint and for cycles, as JSON.stringify does
 */
export function storableJson(value: object): string {
  const json = JSON.stringify(value);
  // JSON.stringify escapes exactly what must be replaced: NUL and lone surrogates.
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json;
  return json.replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape) =>
    escape.length > 2 ? '\\ufffd' : escape,
  );
}

/** A printable name for a record's key: its text, or its bytes in hexadecimal where they are not text. Cut when long. */
export function nameOfKey(key: Buffer | string): string {
  if (typeof key === 'string') return storableText(key, longestName);
  try {
    const text = utf8.decode(key);
    if (isStorableText(text)) return storableText(text, longestName);
  } catch {
    // Not text.
  }
  const cut = key.length > longestName / 2 ? '…' : '';
  return `0x${key.toString('hex', 0, longestName / 2)}${cut}`;
}
