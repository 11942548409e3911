import { duration } from './format.ts';

/** `2026-11-30 03:04:05 UTC`. @param at ISO 8601 */
export function utc(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The time alone, for an axis: `03:04:05`. @param at milliseconds since 1970 */
export function utcClock(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** In the reader's time zone, with its name. @param timeZone that of the browser unless given */
export function local(at: string, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'long',
    ...(timeZone !== undefined && { timeZone }),
  }).format(new Date(at));
}

/** `3 min 20 s ago`, or `in 4 min` for what is to come. @param now milliseconds since 1970 */
export function age(at: string, now: number): string {
  const seconds = (now - Date.parse(at)) / 1000;
  if (Math.abs(seconds) < 1) return 'now';
  return seconds > 0 ? `${duration(Math.floor(seconds))} ago` : `in ${duration(Math.ceil(-seconds))}`;
}
