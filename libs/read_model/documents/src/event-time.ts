const clock = String.raw`T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z`;
/** Every day but a 29th of February, of which not every year has one. */
const day = String.raw`(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31`;
const plainDay = new RegExp(String.raw`^\d{4}-(?:${day})${clock}$`);
const leapDay = new RegExp(String.raw`^\d{4}-02-29${clock}$`);

/**
 * An event's time in the one notation that a timestamp column gives back as it was: UTC with milliseconds. The event's own may have
 * fewer or more digits.
 *
 * @throws RangeError for a text that is no time
 */
export function toMilliseconds(time: string): string {
  return isInMilliseconds(time) ? time : new Date(time).toISOString();
}

/**
 * Whether a text is a time in that notation, of the years 0000 to 9999: what `Date.prototype.toISOString` gives back as it is. It is
 * called for every event that is folded, and a pattern costs a fraction of what a `Date` does.
 */
export function isInMilliseconds(text: string): boolean {
  if (plainDay.test(text)) return true;
  return leapDay.test(text) && new Date(text).getUTCDate() === 29;
}
