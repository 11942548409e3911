import { isDateTime } from '../schemas/date-time.ts';

/**
 * Identifiers, counts and times as other formats write them, made what a `DomainEvent` has. A value that cannot be made one
 * stays as it is, so that the schema says what is wrong with it.
 */

/** Numbers and bigints become their digits; a number that JSON does not keep exact stays one. */
export function identifierText(value: unknown): unknown {
  return Number.isSafeInteger(value) || typeof value === 'bigint' ? String(value) : value;
}

/** Text of digits becomes a number where a number keeps it exact. */
export function wholeNumber(value: unknown): unknown {
  if (typeof value !== 'bigint' && !(typeof value === 'string' && /^-?\d{1,16}$/.test(value))) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * RFC 3339 in UTC: from RFC 3339 with an offset, whose fraction of a second is kept, from milliseconds since 1970 as a number
 * or as digits, or from a `Date`.
 */
export function timeText(value: unknown): unknown {
  if (typeof value === 'string' && isDateTime(value)) return value.endsWith('Z') ? value : inUtc(value);
  const milliseconds = value instanceof Date ? value.getTime() : wholeNumber(value);
  if (!Number.isSafeInteger(milliseconds) || Math.abs(milliseconds as number) > furthest) return value;
  return new Date(milliseconds as number).toISOString();
}

/** The last millisecond of a `Date`, in milliseconds since 1970. */
const furthest = 8_640_000_000_000_000;

function inUtc(time: string): string {
  const [, seconds, fraction, offset] = /^(.{19})(\.\d+)?(.{6})$/.exec(time)!;
  return `${new Date(`${seconds}${offset}`).toISOString().slice(0, -5)}${fraction ?? ''}Z`;
}
