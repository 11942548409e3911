import { typedPath } from '@reprise/runtime';
import { didYouMean } from './suggestion.ts';
import { UsageError } from './usage-error.ts';

/** Option values as commander hands them over: camel case names, text or flags. */
export type RawOptions = Readonly<Record<string, string | string[] | boolean | undefined>>;

/**
 * Reads raw option values and gathers everything that is wrong with them, so that one error names it all.
 */
export class OptionReader {
  readonly #problems: string[] = [];
  readonly #raw: RawOptions;

  /**
   * @param excess words the command line holds that no option or argument took
   * @param problems what is known to be wrong with it already
   * @param known the options there are, with their dashes
   */
  constructor(
    raw: RawOptions,
    excess: readonly string[],
    problems: readonly string[] = [],
    known: readonly string[] = [],
  ) {
    this.#raw = raw;
    this.#problems.push(...problems);
    for (const word of excess) {
      this.problem(
        word.startsWith('-')
          ? `unknown option ${word}${didYouMean(word.split('=')[0]!, known)}`
          : `unexpected argument "${word}"`,
      );
    }
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  text(name: string): string | undefined {
    const value = this.#raw[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** A file or folder, as an absolute path; a relative one is taken from the folder the command was typed in. */
  path(name: string, env: NodeJS.ProcessEnv): string | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : typedPath(value, env);
  }

  /**
   * Ids of aggregates, of an option that may stand several times, or hold several ids divided by commas. White space around an id
   * does not count; a backslash takes the next character as it is, so that an id can hold a comma (`a\,b`) or begin with a space.
   *
   * @returns undefined when the option is not given; it is a problem when it names nothing
   */
  ids(name: string): string[] | undefined {
    const value = this.#raw[name];
    if (value === undefined) return undefined;
    const ids = new Set([value].flat().flatMap((text) => (typeof text === 'string' ? splitIds(text) : [])));
    if (ids.size === 0) this.problem(`${optionOf(name)} names no aggregate`);
    return [...ids];
  }

  flag(name: string): boolean {
    return this.#raw[name] === true;
  }

  /** True when the option stands on the command line, with a value or as a flag. */
  isGiven(name: string): boolean {
    const value = this.#raw[name];
    return value !== undefined && value !== false;
  }

  /** True when the option was switched off by its `--no-` form. */
  isOff(name: string): boolean {
    return this.#raw[name] === false;
  }

  /** Whether nothing is to be changed: by `--dry-run`, by `--mode DRY_RUN`, or because that is the verb's default. */
  dryRun(fallback: 'APPLY' | 'DRY_RUN'): boolean {
    const mode = this.oneOf('mode', ['APPLY', 'DRY_RUN'], fallback);
    if (!this.flag('dryRun')) return mode === 'DRY_RUN';
    if (this.text('mode') === 'APPLY') this.problem('--dry-run and --mode APPLY exclude each other');
    return true;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if ((allowed as readonly string[]).includes(value)) return value as T;
    this.problem(`${optionOf(name)} must be one of ${allowed.join(', ')}, not "${value}"`);
    return fallback;
  }

  /** A whole number of at least `least`. */
  wholeNumber(name: string, least: number, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if (/^\d{1,15}$/.test(value) && Number(value) >= least) return Number(value);
    this.problem(`${optionOf(name)} must be a whole number of at least ${least}, not "${value}"`);
    return fallback;
  }

  /** A share between 0 and 1. */
  share(name: string, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (value.trim() !== '' && number >= 0 && number <= 1) return number;
    this.problem(`${optionOf(name)} must be a number between 0 and 1, not "${value}"`);
    return fallback;
  }

  /** Bytes, written as `512mb`, `2gb` or a plain number. */
  bytes(name: string, least: number, fallback: number): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i.exec(value);
    const factor = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 }[match?.[2]?.toLowerCase() ?? 'b'] ?? 1;
    const bytes = match ? Math.round(Number(match[1]) * factor) : NaN;
    if (bytes >= least) return bytes;
    this.problem(`${optionOf(name)} must be at least ${least >> 20}mb (as in 512mb or 2gb), not "${value}"`);
    return fallback;
  }

  /** An ISO 8601 moment with a zone. */
  moment(name: string): Date | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const date = new Date(value);
    const written = /^(\d{4}-\d\d-\d\d)T.*(Z|[+-]\d\d:?\d\d)$/.exec(value);
    if (written && !Number.isNaN(date.getTime()) && isDay(written[1]!)) return date;
    this.problem(`${optionOf(name)} must be a moment as in 2026-11-21T03:00:00Z, not "${value}"`);
    return undefined;
  }

  /** @throws UsageError with every problem found, if there is one */
  finish(): void {
    if (this.#problems.length === 0) return;
    const list = this.#problems.map((problem) => `  - ${problem}`).join('\n');
    throw new UsageError(`Invalid command line; nothing was started:\n${list}\nSee --help.`);
  }
}

/** White space at either end goes, unless a backslash stands before it. */
function splitIds(text: string): string[] {
  return [...text.matchAll(/(?:\\[^]|[^,])+/g)]
    .map(([item]) => item.replace(/^\s+/, '').replace(/^((?:\\[^]|[^\\])*?)\s+$/, '$1'))
    .map((item) => item.replace(/\\([^])/g, '$1'))
    .filter((id) => id !== '');
}

/** `Date` takes 31 February for 3 March. */
function isDay(day: string): boolean {
  const date = new Date(day);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** The option's spelling on the command line. */
export function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
