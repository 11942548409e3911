import { isError } from '../../is-error.ts';
import type { Logger } from '../../logger.ts';

/** Rejects with the reason when what it stands for cannot be used; named after the thing it looks at. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

/** The reason each check fails for, by its name; undefined where it does not. */
export type CheckResults = ReadonlyMap<string, string | undefined>;

/** Longest reason, in characters. */
const mostReasonChars = 300;

/**
 * Whether everything a process needs answers. Reasons name hosts, users and files, so they go to the log, a line whenever one
 * changes; callers of {@link look} decide who else may see them. A check is asked once at a time, however many ask.
 */
export class Readiness {
  readonly #checks: ReadinessChecks;
  readonly #timeoutMs: number;
  readonly #logger: Logger;
  readonly #asked = new Map<string, Promise<void>>();
  readonly #told = new Map<string, string | undefined>();

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
    for (const [name, reason] of results) this.#tell(name, reason);
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

  #tell(check: string, reason: string | undefined): void {
    if (this.#told.get(check) === reason) return;
    this.#told.set(check, reason);
    if (reason === undefined) this.#logger.info({ check }, 'ready again');
    else this.#logger.warn({ check, reason }, 'not ready');
  }
}
