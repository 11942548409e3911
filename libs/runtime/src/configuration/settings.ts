import { readFileSync } from 'node:fs';
import { postgresInClearText } from './clear-text.ts';
import { isError } from '../logging/is-error.ts';
import { redact } from '../logging/redaction.ts';
import { typedPath } from './typed-path.ts';

/** What the driver knows; all that verify do so as `verify-full` does. */
const sslModes = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** Reads single settings and collects what is wrong with them, so that an operator sees every problem in one go. */
export class Settings {
  readonly problems: string[] = [];
  /** What works but is unwise. */
  readonly warnings: string[] = [];
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** Notes a problem. It may repeat a value: a secret that was put into the wrong setting is taken out. */
  problem(sentence: string): void {
    this.problems.push(redact(sentence));
  }

  warning(sentence: string | undefined): void {
    if (sentence !== undefined) this.warnings.push(sentence);
  }

  /** The trimmed value, or undefined when the setting is absent or blank. */
  optional(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  /** The value; a missing one is a problem and reads as ''. */
  required(name: string, example: string): string {
    const value = this.optional(name);
    // Not through `problem`: an example of a URL with a password holds no secret.
    if (value === undefined) this.problems.push(`${name} is not set (for example ${example})`);
    return value ?? '';
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    const found = allowed.find((candidate) => candidate === value.toLowerCase());
    if (found === undefined) this.problem(`${name} must be one of ${allowed.join(', ')}, not "${value}"`);
    return found;
  }

  /** 0 means any free port. */
  port(name: string, fallback: number): number {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
    this.problem(`${name} must be a port number from 0 (any free port) to 65535, not "${value}"`);
    return fallback;
  }

  wholeNumber(name: string, { from, to }: { from: number; to: number }, fallback: number): number {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    if (/^\d{1,9}$/.test(value) && Number(value) >= from && Number(value) <= to) return Number(value);
    this.problem(`${name} must be a whole number from ${from} to ${to}, not "${value}"`);
    return fallback;
  }

  /** The content of the file a setting names; a relative path is taken from where the command was typed. */
  file(name: string): string | undefined {
    const path = this.optional(name);
    return path === undefined ? undefined : this.#read(name, path);
  }

  #read(name: string, path: string): string | undefined {
    try {
      return readFileSync(typedPath(path, this.#env), 'utf8');
    } catch (error) {
      this.problem(`${name} names a file that cannot be read: ${isError(error) ? error.message : path}`);
      return undefined;
    }
  }

  /**
   * A Postgres URL, from the first of these variables that is set. It may hold a password, so no message repeats it.
   * @returns the URL, and the variable it came from
   */
  postgresUrl(...names: readonly [string, ...string[]]): { readonly url: string; readonly variable: string } {
    const variable = names.find((name) => this.optional(name) !== undefined) ?? names[names.length - 1]!;
    return { url: this.#postgresUrl(variable), variable };
  }

  #postgresUrl(name: string): string {
    const value = this.required(name, 'postgres://user:password@host:5432/database');
    if (value === '') return value;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')) {
      this.problem(`${name} must be a URL that begins with postgres:// or postgresql://`);
    } else if (url.pathname.length < 2) {
      this.problems.push(`${name} does not name a database (postgres://user:password@host:5432/DATABASE)`);
    } else this.#checkTls(name, url.searchParams);
    this.warning(postgresInClearText(name, value));
    return value;
  }

  /** The driver takes a mode it does not know for another one, and fails on a file it cannot read only when it connects. */
  #checkTls(name: string, parameters: URLSearchParams): void {
    const mode = parameters.get('sslmode');
    if (mode !== null && !sslModes.includes(mode)) {
      this.problem(`sslmode in ${name} must be one of ${sslModes.join(', ')}, not "${mode}"`);
    }
    for (const parameter of ['sslrootcert', 'sslcert', 'sslkey']) {
      const path = parameters.get(parameter);
      if (path !== null && path !== '') this.#read(`${parameter} in ${name}`, path);
    }
  }

  /** A Kafka topic name (the broker's own rule: letters, digits, dot, underscore, dash, at most 249). */
  topic(name: string, fallback: string): string {
    const value = this.optional(name) ?? fallback;
    if (!/^[A-Za-z0-9._-]{1,249}$/.test(value) || value === '.' || value === '..') {
      this.problem(`${name} is not a valid Kafka topic name: "${value}"`);
    }
    return value;
  }

  /** An alias name: one index name by Elasticsearch's rules, so no wildcard, list or exclusion can hide in it. */
  alias(name: string, fallback: string): string {
    const value = this.optional(name) ?? fallback;
    if (!/^[a-z0-9][a-z0-9._-]{0,199}$/.test(value)) {
      this.problem(`${name} must be lower-case letters, digits, "_", "-" and ".", not "${value}"`);
    }
    return value;
  }
}
