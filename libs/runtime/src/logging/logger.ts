import { destination, levels, pino, stdTimeFunctions, type Logger as PinoLogger } from 'pino';
import { ConfigurationError } from '../configuration/configuration-error.ts';
import { errorFields } from './error-fields.ts';
import { outlive } from './output.ts';
import { printableJson } from './printable.ts';
import { redact } from './redaction.ts';
import { traceIds } from '../traces/spans.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  /** pino's levels and `silent`; else LOG_LEVEL, else `info`. */
  level?: string;
  /** Where the lines go. A command that answers on stdout logs to stderr. */
  destination?: 'stdout' | 'stderr';
}

/**
 * A logger of JSON lines with `level`, `time` (ISO 8601), `app` and `msg`. Lines are written synchronously, so none is lost
 * when the process ends, and every line goes through {@link redact} and {@link printableJson}. A line that is written in a span of
 * a trace carries its `trace_id` and `span_id`.
 *
 * @throws ConfigurationError when the level is not one pino knows
 */
export function createLogger(name: string, options: LoggerOptions = {}): Logger {
  const level = options.level ?? (process.env['LOG_LEVEL'] || 'info');
  if (level !== 'silent' && !(level in levels.values)) {
    const known = [...Object.keys(levels.values), 'silent'].join(', ');
    throw new ConfigurationError([`LOG_LEVEL must be one of ${known}, not "${level}"`]);
  }
  const output = options.destination ?? 'stdout';
  const stream = destination({ dest: output === 'stderr' ? 2 : 1, sync: true });
  outlive(
    stream,
    `the log (${output})`,
    (text) => void process[output === 'stderr' ? 'stdout' : 'stderr'].write(text),
  );
  return pino(
    {
      level,
      base: { app: name },
      timestamp: stdTimeFunctions.isoTime,
      mixin: traceIds,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => errorFields(error) },
      hooks: { streamWrite: (line) => printableJson(redact(line)) },
    },
    stream,
  );
}

/** For a library that was given none: it writes nothing. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' }, { write: () => undefined });
}
