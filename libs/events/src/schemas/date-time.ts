const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The JSON Schema format `date-time` (RFC 3339 section 5.6), without leap seconds and the year 0: JavaScript dates, Elasticsearch
 * and Postgres have neither.
 */
export function isDateTime(value: string): boolean {
  const parts = shape.exec(value);
  if (parts === null) return false;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : (daysInMonth[month - 1] ?? 0);
  return year > 0 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
}
