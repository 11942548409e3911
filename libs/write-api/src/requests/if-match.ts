/** Which versions of an aggregate a change may be made to. */
export type ExpectedVersion = 'any' | readonly number[];

export type IfMatch =
  | { readonly outcome: 'given'; readonly expected: ExpectedVersion }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'malformed' };

/** One entity tag of RFC 9110 section 8.8.3, weak or strong, and what separates it from the next one. */
const entityTag = /\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)/y;

/** The strong entity tag of a version. */
export function entityTagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Reads an `If-Match` header (RFC 9110 section 13.1.1): `*` for whatever version there is, or a list of entity tags. Tags are
 * compared strongly, so a weak one is well-formed and matches nothing; so does a tag this API never gave out.
 */
export function parseIfMatch(header: string | undefined): IfMatch {
  const text = header?.trim();
  if (text === undefined || text === '') return { outcome: 'missing' };
  if (text === '*') return { outcome: 'given', expected: 'any' };
  const versions: number[] = [];
  for (let at = 0; at < text.length; at = entityTag.lastIndex) {
    entityTag.lastIndex = at;
    const tag = entityTag.exec(text);
    if (tag === null) return { outcome: 'malformed' };
    const [, weak, value = ''] = tag;
    if (weak === undefined && /^[1-9]\d{0,9}$/.test(value)) versions.push(Number(value));
  }
  return { outcome: 'given', expected: versions };
}

/** Whether a change that expects `expected` may be made to an aggregate at `version`. */
export function isExpected(expected: ExpectedVersion, version: number): boolean {
  return expected === 'any' || expected.includes(version);
}
