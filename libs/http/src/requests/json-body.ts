import { MIMEType } from 'node:util';
import type { IncomingHttpHeaders } from 'node:http';
import { ProblemException } from '../problems/problem-exception.ts';
import { jsonShape, memberCount } from './json-shape.ts';

/** Deepest nesting and most members and elements of a body, however small it is. */
export const jsonLimits = { depth: 32, parts: 1_000 };

/**
 * Reads a request's body, however it was transferred: strictly UTF-8 (a byte order mark is skipped), JSON without duplicate
 * member names, and of a bounded shape, so that later checks have bounded work. Without bytes there is no body, whatever the
 * headers say.
 *
 * @throws ProblemException 415 for another charset or a content encoding, 400 `malformed-body` naming the cause
 */
export function readJsonBody(headers: IncomingHttpHeaders, bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  assertPlainUtf8(headers);
  const text = decode(bytes);
  const { depth, parts, members } = jsonShape(text);
  if (depth > jsonLimits.depth) throw malformed(`it is nested deeper than ${jsonLimits.depth} levels`);
  if (parts > jsonLimits.parts) throw malformed(`it has more than ${jsonLimits.parts} members and elements`);
  const value = parse(text);
  if (memberCount(value) !== members) throw malformed('it names an object member twice');
  return value;
}

function assertPlainUtf8(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity')
    throw unsupported('A body must not be compressed: send it without Content-Encoding.');
  const charset = charsetOf(headers['content-type']);
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw unsupported('A body must be UTF-8: send it as application/json without a charset.');
}

function charsetOf(contentType = ''): string | undefined {
  try {
    return new MIMEType(contentType).params.get('charset') ?? undefined;
  } catch {
    // Fastify has already refused invalid media types; one that it accepts and Node does not has no charset.
    return undefined;
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('it is not UTF-8');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed('it is not JSON');
  }
}

function malformed(cause: string): ProblemException {
  return new ProblemException(
    400,
    'malformed-body',
    'The body cannot be read',
    `The body cannot be read: ${cause}. Nothing was changed.`,
  );
}

function unsupported(detail: string): ProblemException {
  return new ProblemException(
    415,
    'unsupported-media-type',
    'Unsupported Media Type',
    `${detail} Nothing was changed.`,
  );
}
