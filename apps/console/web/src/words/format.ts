const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** A count: `1,234,567`. */
export function number(value: number): string {
  return grouped.format(value);
}

/** A count with what is counted: `1 event`, `2,000 events`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A position of 64 bits, which arrives as decimal text. */
export function position(text: string): string {
  return text.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** What is still to read between two positions; never below 0. */
export function remaining(at: string, end: string): bigint {
  const left = BigInt(end) - BigInt(at);
  return left > 0n ? left : 0n;
}

/** `512 B`, `1.5 MB`: powers of 1,000, as disks are sold. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
  return `${oneDigit.format(value / 1000 ** power)} ${units[power]!}`;
}

/** A span with its two largest units: `0.4 s`, `42 s`, `3 min 20 s`, `2 h 5 min`, `4 d 1 h`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${oneDigit.format(Math.max(0, seconds))} s`;
  const whole = Math.round(seconds);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first, first + 2)
    .filter(([value], index) => index === 0 || value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** `12,300 events/s`; below ten with a digit, since 0.3 is not 0. */
export function rate(eventsPerSecond: number): string {
  return `${eventsPerSecond < 10 ? oneDigit.format(eventsPerSecond) : number(eventsPerSecond)} events/s`;
}

/** Rounds down: 99.9 % is not done. */
export function percent(value: number): string {
  return `${Math.floor(value)} %`;
}

/** The first eight signs of a hash or id, for a line; its whole text stands in a title. */
export function short(text: string): string {
  return text.length > 12 ? text.slice(0, 8) : text;
}

/** What shows as nothing, or has what stands beside it read in another order; joiners of scripts and of emojis are text. */
const hidden = /[\p{Cf}\u0080-\u009f\u2028\u2029](?<![\u200c\u200d])/gu;

/** JSON of a value, in which everything that would be hidden, or would hide something, is escaped; nothing is `absent`. @param indent spaces, where it is not to be one line */
export function json(value: unknown, indent?: number): string {
  if (value === undefined) return 'absent';
  return JSON.stringify(value, null, indent).replaceAll(hidden, (found) =>
    found
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
