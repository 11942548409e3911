import { storableText } from '../outside-text.ts';

/** A JSON object whose shape is not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Why a record is not an event, with as much of its identity as could be read. Its texts can be stored (`storableText`). */
export interface OpenFailure {
  readonly ok: false;
  readonly reason: ReadFailureReason;
  /** One line for an operator; never the value itself. */
  readonly message: string;
  /** JSON Pointer to the offending field, when there is one. */
  readonly path?: string;
  readonly type?: string;
  readonly subject?: string;
  readonly aggregateVersion?: number;
}

export type ReadFailureReason =
  'null-value' | 'not-json' | 'not-an-envelope' | 'unknown-type' | 'schema-violated';

/** Text from an unreadable event is cut, so that a hostile one cannot flood logs and headers. */
export const longestText = 128;

export const noValue: OpenFailure = {
  ok: false,
  reason: 'null-value',
  message: 'the record has no value',
};
export const notJson: OpenFailure = { ok: false, reason: 'not-json', message: 'not JSON' };

/** The failure of a value that is no envelope at that path. */
export function notAnEnvelope(envelope: JsonObject, path: string, problem: string): OpenFailure {
  return failureAt('not-an-envelope', 'not an event envelope', envelope, path, problem);
}

/** @param what what to call the failure, before path and problem */
export function failureAt(
  reason: ReadFailureReason,
  what: string,
  envelope: JsonObject,
  path: string,
  problem: string,
): OpenFailure {
  // The path holds member names, which the sender chose.
  const named = storableText(path);
  return { ok: false, reason, message: `${what}: ${named} ${problem}`, path: named, ...identityOf(envelope) };
}

/** What identifies a dead letter or a repair task, as far as the envelope holds it in the right types. */
export function identityOf({ type, subject, aggregateversion }: JsonObject): Partial<OpenFailure> {
  return {
    ...(typeof type === 'string' && { type: storableText(type, longestText) }),
    ...(typeof subject === 'string' &&
      subject !== '' &&
      subject.length <= longestText && { subject: storableText(subject) }),
    ...(Number.isSafeInteger(aggregateversion) && { aggregateVersion: aggregateversion as number }),
  };
}
