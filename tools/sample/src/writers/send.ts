import { setTimeout as delay } from 'node:timers/promises';
import { credentialOf } from '@reprise/access';
import type { ApiRequest } from './api-requests.ts';
import { SampleError } from './sample-error.ts';

/** An application that takes commands. */
export interface Api {
  readonly origin: string;
  readonly signal: AbortSignal | undefined;
  /** Who sends; by default what `REPRISE_API_KEY` names. */
  readonly credential?: Readonly<Record<string, string>> | undefined;
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
  { origin, signal, credential = credentialOf(process.env) }: Api,
  { method, path, body }: ApiRequest,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  let problem = '';
  let cause: unknown;
  for (let attempt = 1; attempt <= tries; attempt++) {
    let waitMs = 100 * 2 ** attempt;
    try {
      const response = await fetch(new URL(path, origin), {
        method,
        headers: {
          ...credential,
          ...headers,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      if (response.ok) return response;
      problem = `${response.status} ${await response.text()}`;
      if (response.status === 429) waitMs = secondsToWait(response) * 1_000;
      if (!retryableStatuses.has(response.status)) {
        throw new SampleError(
          'API_REFUSED',
          `${method} ${path} was refused: ${problem}. What was written before stays.${adviceOn(response.status)}`,
        );
      }
    } catch (error) {
      if (error instanceof SampleError) throw error;
      problem = error instanceof Error ? error.message : String(error);
      cause = error;
    }
    await delay(waitMs, undefined, { signal });
  }
  throw new SampleError(
    'API_UNREACHABLE',
    `${method} ${path} got no good answer in ${tries} tries, the last one: ${problem}. What was written before stays.`,
    { cause, retryable: true },
  );
}

/** How long an API that answers no more requests for now asks to be left alone; it counts them by the minute. */
function secondsToWait({ headers }: Response): number {
  const asked = Number(headers.get('retry-after') ?? 1);
  return asked >= 1 && asked <= 60 ? asked : 1;
}

function adviceOn(status: number): string {
  if (status !== 401 && status !== 403) return '';
  return ' Set REPRISE_API_KEY to a key that may write there: npm run -s access -- create --help';
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
