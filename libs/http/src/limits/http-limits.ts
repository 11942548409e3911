import type { Settings } from '@reprise/runtime';
import { addressRanges } from './caller-address.ts';

/** What a client may take of an HTTP server. Times are in milliseconds. */
export interface HttpLimits {
  /** Until the first byte of a connection's first request, and from a request's first byte to the end of its headers. */
  readonly headersMs: number;
  /** From the first byte of a request to the last one of its body. */
  readonly requestMs: number;
  /** How long nothing at all may happen on a connection with a request under way. */
  readonly silenceMs: number;
  /** How long a connection is kept for the next request. */
  readonly keepAliveMs: number;
  /** How long requests under way may take once the server closes; what is left then is cut off. */
  readonly drainMs: number;
  /** Size of a body. */
  readonly bodyBytes: number;
  /** Size of the request line and the headers together. */
  readonly headerBytes: number;
  /** How many headers a request may have. */
  readonly headers: number;
  /** Characters of one part of a path, such as an id. */
  readonly pathPartChars: number;
  /** Connections at once; further ones are closed as soon as they come. */
  readonly connections: number;
  /** Requests per minute of one credential; of one address where nobody needs a credential. */
  readonly credentialRequests: number;
  /** Requests per minute of one address that say nothing of who sends them, and are answered with a refusal or with what is public. */
  readonly addressRequests: number;
  /** Requests per minute of one address to what is opened to callers without a credential. */
  readonly anonymousRequests: number;
  /** Requests per minute of one address with a credential that is not accepted. */
  readonly failedCredentials: number;
  /** Addresses, or ranges of them, whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

export const defaultHttpLimits: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  silenceMs: 120_000,
  keepAliveMs: 72_000,
  drainMs: 10_000,
  bodyBytes: 100 * 1024,
  headerBytes: 16 * 1024,
  headers: 100,
  pathPartChars: 100,
  connections: 1_000,
  credentialRequests: 30_000,
  addressRequests: 6_000,
  anonymousRequests: 600,
  failedCredentials: 60,
  trustedProxies: [],
};

/** The settings among the limits: what depends on how many callers there are, and on what stands before the server. */
const variables = {
  connections: 'HTTP_CONNECTIONS',
  credentialRequests: 'HTTP_CREDENTIAL_REQUESTS',
  addressRequests: 'HTTP_ADDRESS_REQUESTS',
  anonymousRequests: 'HTTP_ANONYMOUS_REQUESTS',
  failedCredentials: 'HTTP_FAILED_CREDENTIALS',
} as const;

/** Reads `HTTP_CONNECTIONS`, `HTTP_TRUSTED_PROXIES` and how many requests a minute are answered. */
export function httpLimitSettings(settings: Settings): Partial<HttpLimits> {
  const numbers = Object.entries(variables).map(([limit, variable]) => {
    const fallback = defaultHttpLimits[limit as keyof typeof variables];
    return [limit, settings.wholeNumber(variable, { from: 1, to: 100_000_000 }, fallback)] as const;
  });
  const { ranges, bad } = addressRanges(settings.optional('HTTP_TRUSTED_PROXIES') ?? '');
  for (const one of bad)
    settings.problem(
      `HTTP_TRUSTED_PROXIES must list addresses such as 10.0.0.7, or ranges such as 10.0.0.0/8, not "${one}"`,
    );
  return { ...Object.fromEntries(numbers), trustedProxies: ranges };
}
