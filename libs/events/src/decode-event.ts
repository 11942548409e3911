import { specVersion } from './envelope.ts';
import { storableText } from './outside-text.ts';
import type { ProductEvent } from './product-events.ts';
import { describeViolation } from './schema-violation.ts';
import { knownTypes } from './schemas/validators.ts';
import { isOlderType, upcast } from './upcasters/registry.ts';
import type { JsonObject } from './upcasters/upcaster.ts';

export type DecodeFailureReason =
  'null-value' | 'not-json' | 'not-an-envelope' | 'unknown-type' | 'schema-violated';

/** Why a value is not a product event, with as much of its identity as could be read. Its texts can be stored (`storableText`). */
export interface DecodeFailure {
  readonly ok: false;
  readonly reason: DecodeFailureReason;
  /** One line for an operator; never the value itself. */
  readonly message: string;
  /** JSON Pointer to the offending field, when there is one. */
  readonly path?: string;
  readonly type?: string;
  readonly subject?: string;
  readonly aggregateVersion?: number;
}

export type DecodeResult = { readonly ok: true; readonly event: ProductEvent } | DecodeFailure;

/** Throws at bytes that are not UTF-8 instead of replacing them; a byte order mark stays and makes it invalid JSON (RFC 8259, 8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads one stored or received event: the only decode path of the live feed, the rebuild, repair and redrive.
 * Older versions are upcast, then everything is validated against the schema of the current version.
 * @param value UTF-8 JSON text of the whole envelope; `null` is a Kafka record without a value
 */
export function decodeEvent(value: Buffer | string | null): DecodeResult {
  if (value === null) return { ok: false, reason: 'null-value', message: 'the record has no value' };
  let parsed: unknown;
  try {
    parsed = JSON.parse(typeof value === 'string' ? value : utf8.decode(value));
  } catch {
    return { ok: false, reason: 'not-json', message: 'not JSON' };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return {
      ok: false,
      reason: 'not-an-envelope',
      message: 'not an event envelope: the JSON value is not an object',
    };
  }
  const envelope = parsed as JsonObject;
  const { specversion, type } = envelope;
  if (specversion !== specVersion) return notAnEnvelope(envelope, '/specversion', `must be "${specVersion}"`);
  if (typeof type !== 'string') return notAnEnvelope(envelope, '/type', 'must be string');
  const known = knownTypes.get(type);
  if (known === undefined) return decodeOlder(envelope, type);
  (envelope as { type: string }).type = known.type;
  if (known.validate(envelope)) return { ok: true, event: envelope };
  const { path, problem } = describeViolation(known.validate.errors);
  return violated(envelope, path, problem);
}

function decodeOlder(envelope: JsonObject, type: string): DecodeResult {
  if (!isOlderType(type)) {
    return {
      ok: false,
      reason: 'unknown-type',
      message: `unknown type: ${storableText(type, longestText)}`,
      ...identityOf(envelope),
    };
  }
  const { data } = envelope;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return violated(envelope, '/data', 'must be object');
  }
  const lifted = upcast(type, data as JsonObject);
  if (!lifted.result.ok) return violated(envelope, lifted.result.path, lifted.result.problem);
  const current = { ...envelope, type: lifted.type, data: lifted.result.data };
  const known = knownTypes.get(lifted.type);
  if (known?.validate(current)) return { ok: true, event: current };
  const { path, problem } = describeViolation(known?.validate.errors);
  return violated(envelope, path, problem);
}

function notAnEnvelope(envelope: JsonObject, path: string, problem: string): DecodeFailure {
  return failureAt('not-an-envelope', 'not an event envelope', envelope, path, problem);
}

function violated(envelope: JsonObject, path: string, problem: string): DecodeFailure {
  return failureAt('schema-violated', 'schema violated', envelope, path, problem);
}

function failureAt(
  reason: DecodeFailureReason,
  what: string,
  envelope: JsonObject,
  path: string,
  problem: string,
): DecodeFailure {
  // The path holds member names, which the sender chose.
  const named = storableText(path);
  return { ok: false, reason, message: `${what}: ${named} ${problem}`, path: named, ...identityOf(envelope) };
}

/** What identifies a dead letter or a repair task, as far as the value holds it in the right types. */
function identityOf({ type, subject, aggregateversion }: JsonObject): Partial<DecodeFailure> {
  return {
    ...(typeof type === 'string' && { type: storableText(type, longestText) }),
    ...(typeof subject === 'string' &&
      subject !== '' &&
      subject.length <= longestText && { subject: storableText(subject) }),
    ...(Number.isSafeInteger(aggregateversion) && { aggregateVersion: aggregateversion as number }),
  };
}

/** Text from an unreadable event is cut, so that a hostile one cannot flood logs and headers. */
const longestText = 128;
