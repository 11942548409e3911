import { isError } from '../logging/is-error.ts';
import type { FaultName } from './fault-table.ts';

/** What a failed connection was recognised as. */
export interface RecognisedFault {
  readonly name: FaultName;
  /** What the server or the socket said itself, in one line. */
  readonly detail: string;
  /** `host:port` of the server that it concerns, where the error says so. */
  readonly server: string | undefined;
}

/** One error of the tree that a client throws: retries, brokers and drivers wrap the informative one several times. */
interface Layer {
  readonly name: string;
  readonly code: string;
  /** Kafka's name of a protocol error, from either client. */
  readonly protocol: string;
  readonly status: number | undefined;
  readonly message: string;
  readonly detail: string;
  readonly server: string | undefined;
}

type Test = (layer: Layer) => boolean;

const coded =
  (...codes: string[]): Test =>
  ({ code }) =>
    codes.includes(code);
/** Messages are read only where a client offers nothing better; a server's answer is judged by its code alone. */
const says =
  (pattern: RegExp): Test =>
  ({ code, status, message }) =>
    status === undefined && !sqlState.test(code) && pattern.test(message);
const protocol =
  (pattern: RegExp): Test =>
  (layer) =>
    pattern.test(layer.protocol);
const status =
  (...wanted: number[]): Test =>
  (layer) =>
    wanted.includes(layer.status ?? 0);
const either =
  (...tests: Test[]): Test =>
  (layer) =>
    tests.some((test) => test(layer));
const both =
  (...tests: Test[]): Test =>
  (layer) =>
    tests.every((test) => test(layer));

const sqlState = /^[0-9A-Z]{5}$/;
const answersWith =
  (pattern: RegExp): Test =>
  ({ message }) =>
    pattern.test(message);

/** The most informative first: of several brokers one may be away and another refuse the password. */
const tests: readonly (readonly [FaultName, Test])[] = [
  [
    'expired',
    either(
      coded('CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'),
      says(/certificate (?:has expired|is not yet valid)/i),
    ),
  ],
  [
    'wrong-host',
    either(coded('ERR_TLS_CERT_ALTNAME_INVALID'), says(/does not match certificate's altnames/)),
  ],
  [
    'unknown-authority',
    either(
      coded(
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        'SELF_SIGNED_CERT_IN_CHAIN',
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'UNABLE_TO_GET_ISSUER_CERT',
        'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
        'CERT_UNTRUSTED',
        'INVALID_CA',
        'CERT_SIGNATURE_FAILURE',
      ),
      says(
        /unable to verify the first certificate|self-signed certificate|unable to get (?:local )?issuer certificate/,
      ),
    ),
  ],
  [
    'tls-not-spoken',
    either(
      coded('ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'),
      says(/server does not support SSL connections|wrong version number|packet length too long/),
    ),
  ],
  [
    'tls-required',
    either(
      both(coded('28000'), answersWith(/no encryption|SSL off/)),
      says(/^Broker requires TLS/),
      both(status(400), answersWith(/plain HTTP request was sent to HTTPS port/i)),
    ),
  ],
  ['tls-failed', either(({ code }) => /^ERR_SSL_|^CERT_/.test(code), says(/SSL routines|ssl\/tls alert/i))],
  [
    'wrong-mechanism',
    either(
      protocol(/^UNSUPPORTED_SASL_MECHANISM$/),
      says(/^SASL .+ mechanism is not supported by the server/),
    ),
  ],
  ['login-not-taken', protocol(/^ILLEGAL_SASL_STATE$/)],
  [
    'no-credentials',
    either(
      both(status(401), answersWith(/missing authentication credentials/)),
      both(coded('28P01'), answersWith(/empty password|no password/)),
      says(/client password must be a (?:non-empty )?string|no password supplied/),
    ),
  ],
  [
    'wrong-credentials',
    either(
      protocol(/^SASL_AUTHENTICATION_FAILED$/),
      ({ name }) => name === 'KafkaJSSASLAuthenticationError',
      coded('28P01', '28000'),
      status(401),
    ),
  ],
  ['no-rights', either(protocol(/_AUTHORIZATION_FAILED$/), coded('42501'), status(403))],
  ['no-database', coded('3D000')],
  ['unknown-host', either(coded('ENOTFOUND', 'EAI_AGAIN'), says(/getaddrinfo (?:ENOTFOUND|EAI_AGAIN)/))],
  [
    'refused',
    either(
      coded('ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'),
      says(/connect (?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)/),
    ),
  ],
  ['busy', either(({ code }) => /^(?:57P0[1-5]|53300|53400)$/.test(code), status(429, 502, 503, 504))],
  [
    'silent',
    either(
      coded('ETIMEDOUT', 'ESOCKETTIMEDOUT'),
      ({ name }) => name === 'TimeoutError',
      says(/ETIMEDOUT|timed? ?out|timeout|no answer within|^Broker not connected/i),
    ),
  ],
  [
    'broken',
    either(
      coded('ECONNRESET', 'EPIPE', 'ECONNABORTED'),
      ({ code }) => /^08\w{3}$/.test(code),
      says(
        /connection (?:was )?(?:closed|terminated|ended)|closed connection|socket hang up|other side closed|before secure TLS connection/i,
      ),
      ({ name }) => /^(?:NoLivingConnectionsError|ConnectionError|KafkaJSConnectionError)$/.test(name),
    ),
  ],
];

/**
 * Recognises a connection fault of Kafka, Elasticsearch or Postgres by what their clients throw, at any depth of causes,
 * aggregates and driver errors. Pure: contacts no server.
 *
 * @returns undefined for anything else, for instance a mistake in a statement
 */
export function recognise(error: unknown): RecognisedFault | undefined {
  const layers = layersOf(error, new Set());
  for (const [name, test] of tests) {
    // The innermost layer counts: its wrappers repeat it or say less.
    const layer = layers.findLast(test);
    if (layer !== undefined) return { name, detail: layer.detail, server: layer.server };
  }
  return undefined;
}

const deepest = 8;

function layersOf(error: unknown, seen: Set<unknown>, outerServer?: string, depth = 0): Layer[] {
  if (!isError(error) || depth > deepest || seen.has(error)) return [];
  seen.add(error);
  const fields = error as Error & Readonly<Record<string, unknown>>;
  const server = serverOf(fields) ?? outerServer;
  const inner = [
    ...(Array.isArray(fields['errors']) ? (fields['errors'] as unknown[]).slice(0, 20) : []),
    fields['driverError'],
    error.cause,
  ];
  return [layerOf(fields, server), ...inner.flatMap((one) => layersOf(one, seen, server, depth + 1))];
}

function layerOf(error: Error & Readonly<Record<string, unknown>>, server: string | undefined): Layer {
  const { code, type, apiId, statusCode, serverErrorMessage } = error;
  const message = error.message.split('\n').find((line) => line.trim() !== '') ?? error.name;
  return {
    name: error.name,
    code: typeof code === 'string' ? code : '',
    protocol: text(apiId) ?? text(type) ?? '',
    // Elasticsearch's client; errors of HTTP frameworks have the member too, and are about a request to this process.
    status: error.name === 'ResponseError' && typeof statusCode === 'number' ? statusCode : undefined,
    message: error.message,
    detail: plain(text(serverErrorMessage) ?? reasonIn(error['body']) ?? message),
    server,
  };
}

/** Kafka's clients and Node name the server in different members, or in the message only. */
function serverOf(error: Error & Readonly<Record<string, unknown>>): string | undefined {
  const { broker, address, hostname, host, port, message } = error;
  if (text(broker) !== undefined) return text(broker);
  const name = text(address) ?? text(hostname) ?? text(host);
  if (name !== undefined && typeof port === 'number')
    return `${name.includes(':') ? `[${name}]` : name}:${port}`;
  return /\bConnection to (\S+:\d+) /.exec(message)?.[1];
}

/** Elasticsearch's own reason, from the body of its answer. */
function reasonIn(body: unknown): string | undefined {
  const error = (body as { error?: { reason?: unknown } | string } | undefined)?.error;
  return typeof error === 'object' ? text(error?.reason) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const longestDetail = 400;

/** One bounded line without what only a developer of the client needs. */
function plain(detail: string): string {
  return detail
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/; if the root CA is installed locally.*$/, '')
    .replace(/^[0-9A-F]{8,}:error:[0-9A-F]+:/, '')
    .replace(/:\.\.\/deps\/\S+$/, '')
    .replace(/^(?:Connection error|SASL [\w -]+ authentication failed): /, '')
    .replace(/[\s.]+$/, '')
    .slice(0, longestDetail);
}
