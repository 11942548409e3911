const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The JSON Schema format `date-time` (RFC 3339 section 5.6), without leap seconds and the year 0: JavaScript dates, Elasticsearch
 * and Postgres have neither. Digits are read in place because every event passes through here.
 */
export function isDateTime(value: string): boolean {
  if (!shape.test(value)) return false;
  const year = twoDigits(value, 0) * 100 + twoDigits(value, 2);
  const month = twoDigits(value, 5);
  const day = twoDigits(value, 8);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : (daysInMonth[month - 1] ?? 0);
  const timeOfDay = twoDigits(value, 11) < 24 && twoDigits(value, 14) < 60 && twoDigits(value, 17) < 60;
  return timeOfDay && year > 0 && day >= 1 && day <= days && isOffset(value);
}

/** `Z` or `±hh:mm` at the end. */
function isOffset(value: string): boolean {
  if (value.endsWith('Z')) return true;
  return twoDigits(value, value.length - 5) < 24 && twoDigits(value, value.length - 2) < 60;
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}
