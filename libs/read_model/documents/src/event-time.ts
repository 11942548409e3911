/**
 * An event's time in the one notation that a timestamp column gives back as it was: UTC with milliseconds. The event's own may have
 * fewer or more digits.
 */
export function toMilliseconds(time: string): string {
  return new Date(time).toISOString();
}
