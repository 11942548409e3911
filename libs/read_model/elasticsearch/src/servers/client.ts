import { Client } from '@elastic/elasticsearch';

/** Where Elasticsearch is and how to get in; the same shape as the client's own options. */
export interface ElasticsearchConnection {
  readonly node: string;
  readonly auth?: { readonly apiKey: string } | { readonly username: string; readonly password: string };
  /** Certificate authority in PEM, when the system's own do not cover the server. */
  readonly tls?: { readonly ca: string };
}

/**
 * A client that does nothing on its own: no sniffing (nodes behind a proxy stay unreachable by their inner addresses) and no
 * retries, because what may be sent again, for how long and in what size is decided per call in this library. The caller
 * closes it.
 *
 * @param requestTimeoutMs time for one answer, after which the request counts as unanswered
 */
export function createElasticsearchClient(
  connection: ElasticsearchConnection,
  { requestTimeoutMs = 30_000 }: { readonly requestTimeoutMs?: number } = {},
): Client {
  const { node, auth, tls } = connection;
  return new Client({
    node,
    ...(auth === undefined ? {} : { auth }),
    ...(tls === undefined ? {} : { tls }),
    maxRetries: 0,
    requestTimeout: requestTimeoutMs,
    sniffOnStart: false,
    sniffOnConnectionFault: false,
    redaction: { type: 'replace' },
  });
}
