import type { LoggerService } from '@nestjs/common';
import { type Logger, isError } from '@reprise/runtime';

/** Nest's start-up chatter, of interest only when a module does not wire up. */
const chatty = new Set([
  'InstanceLoader',
  'NestFactory',
  'NestApplication',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
]);

/** Sends what Nest and its `Logger` say through the process's own logger. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    this.#write(typeof context === 'string' && chatty.has(context) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  /** Nest passes the context last and, for errors, the stack before it. */
  #write(
    level: 'error' | 'warn' | 'info' | 'debug' | 'trace',
    message: unknown,
    rest: readonly unknown[],
  ): void {
    const context = rest.at(-1);
    const details = rest.slice(0, -1).filter((detail) => detail !== undefined);
    const members = {
      ...(typeof context === 'string' && { context }),
      ...(details.length > 0 && { details }),
    };
    if (isError(message)) this.#logger[level]({ ...members, err: message }, message.message);
    else this.#logger[level](members, String(message));
  }
}
