import { createLogger, dropNegativeTimeoutWarnings, type Logger } from '@reprise/runtime';

/** The log of a verb that works until it is stopped: JSON lines on stderr, at the level of `LOG_LEVEL`. */
export function ownLog(name: string, env: NodeJS.ProcessEnv): Logger {
  dropNegativeTimeoutWarnings();
  const level = env['LOG_LEVEL'];
  return createLogger(name, { destination: 'stderr', ...(level && { level }) });
}
