/**
 * Writes a JSON value in one form only: keys sorted by code unit, no white space, `undefined` members left out (RFC 8785's
 * rules for objects; numbers and strings are written as JSON.stringify writes them, which is what RFC 8785 asks for).
 *
 * @throws TypeError for a number that JSON cannot hold, or a value that is no JSON (function, bigint, symbol).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} is no JSON value`);
  const members = value as Record<string, unknown>;
  let json = '';
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    json += `${json === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${json}}`;
}
