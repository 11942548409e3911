import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceContext } from '@reprise/runtime';
import { readTraceSettings } from './settings.ts';

/** How long a process that ends waits for its last spans to be sent. */
export const flushPatienceMs = 1_500;

export interface TracedProcess {
  readonly env: NodeJS.ProcessEnv;
  /** Its name in traces unless the environment gives another. */
  readonly service: string;
  /** Hears of spans that are not exported, and of settings that do not fit; traces never stop anything. */
  readonly warn: (sentence: string) => void;
}

/**
 * Runs a process with its traces exported where the environment asks for them. The SDK is loaded only then.
 * It returns, or throws, what `work` does: at once where there are no traces, else after the last spans were sent or
 * {@link flushPatienceMs} have passed.
 */
export async function withTraces<T>(
  { env, service, warn }: TracedProcess,
  work: () => Promise<T>,
): Promise<T> {
  const settings = readTraceSettings(env);
  if (settings.export === 'refused') warn(`no traces are exported: ${settings.reason}`);
  if (settings.export !== 'on') return work();
  const { startExporting } = await import('./exporting.ts');
  const exporting = startExporting(settings, env, service, warn);
  try {
    return await work();
  } finally {
    const waiting = new AbortController();
    const patience = delay(flushPatienceMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([exporting.end(), patience]);
    waiting.abort();
  }
}

/** The same for the body of a service, to be given to `runService`. */
export function traced(
  service: string,
  body: (context: ServiceContext) => Promise<void>,
): (context: ServiceContext) => Promise<void> {
  return (context) => {
    const warn = (sentence: string): void => context.logger.warn(sentence);
    return withTraces({ env: process.env, service, warn }, () => body(context));
  };
}
