import { setTimeout as delay } from 'node:timers/promises';
import type { ApiRequest } from './api-requests.ts';
import { SampleError } from './sample-error.ts';

/** An application that takes commands. */
export interface Api {
  readonly origin: string;
  readonly signal: AbortSignal | undefined;
}

/** Attempts at one request whose outcome is unknown or that the API could not serve. */
const tries = 6;
const retryableStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Sends a request until it is answered well.
 *
 * @param headers with an `idempotency-key`, which makes repeating it harmless
 * @throws SampleError when the API does not answer, or refuses it
 */
export async function send(
  { origin, signal }: Api,
  { method, path, body }: ApiRequest,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  let problem = '';
  let cause: unknown;
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const response = await fetch(new URL(path, origin), {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      if (response.ok) return response;
      problem = `${response.status} ${await response.text()}`;
      if (!retryableStatuses.has(response.status)) {
        throw new SampleError(
          'API_REFUSED',
          `${method} ${path} was refused: ${problem}. What was written before stays.`,
        );
      }
    } catch (error) {
      if (error instanceof SampleError) throw error;
      problem = error instanceof Error ? error.message : String(error);
      cause = error;
    }
    await delay(100 * 2 ** attempt, undefined, { signal });
  }
  throw new SampleError(
    'API_UNREACHABLE',
    `${method} ${path} got no good answer in ${tries} tries, the last one: ${problem}. What was written before stays.`,
    { cause, retryable: true },
  );
}

/** @throws SampleError when the application is not ready there */
export async function assertAnswering(name: string, origin: string): Promise<void> {
  try {
    const response = await fetch(new URL('/health/ready', origin), { signal: AbortSignal.timeout(10_000) });
    if (response.ok) return;
    throw new Error(`/health/ready answers ${response.status}: ${await response.text()}`);
  } catch (cause) {
    throw new SampleError(
      'API_UNREACHABLE',
      `${name} is not ready at ${origin}. Nothing was written. Start it (npx nx serve ${name}) or name it with --api.`,
      { cause, retryable: true },
    );
  }
}
