import { isError } from '../logging/is-error.ts';
import type { Logger } from '../logging/logger.ts';

/** Rejects with the reason when the dependency it is named after cannot be used. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

/** The reason why each check fails, by its name; undefined where it passes. */
export type CheckResults = ReadonlyMap<string, string | undefined>;

/** Longest reason, in characters. */
const mostReasonChars = 300;

/**
 * Whether everything a process needs answers. Reasons name hosts, users and files, so they go to the log, one line per change;
 * callers of {@link look} decide who else may see them. A check runs once at a time, however many callers ask.
 */
export class Readiness {
  readonly #checks: ReadinessChecks;
  readonly #timeoutMs: number;
  readonly #logger: Logger;
  readonly #asked = new Map<string, Promise<void>>();
  readonly #reported = new Map<string, string | undefined>();

  /** @param timeoutMs how long one check may take, in milliseconds */
  constructor(checks: ReadinessChecks, timeoutMs: number, logger: Logger) {
    this.#checks = checks;
    this.#timeoutMs = timeoutMs;
    this.#logger = logger;
  }

  async look(): Promise<CheckResults> {
    const names = Object.keys(this.#checks);
    const reasons = await Promise.all(names.map((name) => this.#failureOf(name)));
    const results = new Map(names.map((name, index) => [name, reasons[index]]));
    for (const [name, reason] of results) this.#report(name, reason);
    return results;
  }

  async #failureOf(name: string): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.#timeoutMs} ms`)), this.#timeoutMs);
    });
    try {
      await Promise.race([this.#ask(name), timeout]);
      return undefined;
    } catch (error) {
      return (isError(error) ? error.message || error.name : String(error)).slice(0, mostReasonChars);
    } finally {
      clearTimeout(timer);
    }
  }

  #ask(name: string): Promise<void> {
    const under = this.#asked.get(name);
    if (under) return under;
    const asked = Promise.resolve()
      .then(() => this.#checks[name]?.())
      .finally(() => this.#asked.delete(name));
    this.#asked.set(name, asked);
    return asked;
  }

  #report(check: string, reason: string | undefined): void {
    if (this.#reported.get(check) === reason) return;
    this.#reported.set(check, reason);
    if (reason === undefined) this.#logger.info({ check }, 'ready again');
    else this.#logger.warn({ check, reason }, 'not ready');
  }
}
