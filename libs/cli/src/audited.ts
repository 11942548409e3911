import { randomUUID } from 'node:crypto';
import { isOfShutdown, signalExitCodes } from './cancellation.ts';
import type { Audit, OpenAudit } from './servers/open-audit.ts';
import type { Called } from './verb.ts';

/** One command line. What never begins leaves no row. */
export class AuditedCommand implements Audit {
  readonly #attempt = randomUUID();
  readonly #results: unknown[] = [];
  readonly #command: { readonly verb: string; readonly arguments: readonly string[] };
  readonly #actor: string | undefined;
  #open: OpenAudit | undefined;

  constructor(verb: string, words: readonly string[], env: NodeJS.ProcessEnv) {
    this.#command = { verb, arguments: words };
    this.#actor = env['REPRISE_ACTOR'];
  }

  readonly begin = async (open: OpenAudit): Promise<void> => {
    const attempt = { attempt: this.#attempt, origin: 'cli' as const, actor: this.#actor };
    try {
      await open.log.recordAttempt({ ...attempt, ...open.identity, ...this.#command });
      this.#open = open;
    } catch (error) {
      await open.close();
      throw error;
    }
  };

  readonly report = (result: unknown): void => void this.#results.push(result);

  get hasBegun(): boolean {
    return this.#open !== undefined;
  }

  /** Records how the command ended. What it did stays done where that cannot be recorded: the reason is returned. */
  async end(exitCode: number, message?: string): Promise<string | undefined> {
    if (!this.#open) return undefined;
    const { log, close } = this.#open;
    const results = this.#results.length === 1 ? this.#results[0] : this.#results;
    const outcome = {
      exitCode,
      message: message ?? this.#texts('message')[0],
      runs: this.#texts('runId'),
      ...(this.#results.length > 0 && { receipt: results }),
    };
    try {
      await log.recordOutcome(this.#attempt, outcome);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      await close();
    }
  }

  /** What the results have under this name. */
  #texts(name: 'message' | 'runId'): string[] {
    return this.#results.flatMap((result) => {
      const text = (result as Partial<Record<typeof name, unknown>> | null)?.[name];
      return typeof text === 'string' ? [text] : [];
    });
  }
}

/** Does a verb's work; how it ended is recorded if it began, whatever the end was. @throws what the work throws */
export async function audited(
  audit: AuditedCommand,
  work: () => Promise<number>,
  { signal, received, stderr }: Pick<Called, 'signal' | 'received' | 'stderr'>,
): Promise<number> {
  const ended = async (exitCode: number, message?: string) => {
    const unrecorded = await audit.end(exitCode, message);
    if (unrecorded !== undefined) stderr(`The audit lacks how this ended (${exitCode}): ${unrecorded}\n`);
  };
  try {
    const exitCode = await work();
    await ended(exitCode);
    return exitCode;
  } catch (error) {
    if (audit.hasBegun) {
      const { describeError, exitCodeFor } = await import('./command-errors.ts');
      if (isOfShutdown(error, signal))
        await ended(signalExitCodes[received() ?? 'SIGINT'], 'It was stopped by a signal.');
      else await ended(exitCodeFor(error), describeError(error));
    }
    throw error;
  }
}
