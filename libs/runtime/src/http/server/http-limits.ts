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
  /** Characters of one part of a path, such as an id. */
  readonly pathPartChars: number;
}

export const defaultHttpLimits: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  silenceMs: 120_000,
  keepAliveMs: 72_000,
  drainMs: 10_000,
  bodyBytes: 100 * 1024,
  headerBytes: 16 * 1024,
  pathPartChars: 100,
};
