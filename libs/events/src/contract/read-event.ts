import type { DomainEvent } from '../domain-event.ts';
import { storableText } from '../outside-text.ts';
import type { JsonObject } from '../readers/open-failure.ts';
import {
  failureAt,
  identityOf,
  longestText,
  notAnEnvelope,
  type OpenFailure,
} from '../readers/open-failure.ts';
import type { ReadResult } from './event-contract.ts';
import type { KnownType } from './known-types.ts';
import { upcast, type Upcasters } from './upcaster.ts';

/** What reading needs of a contract. */
export interface ReadingRules {
  readonly known: ReadonlyMap<string, KnownType>;
  readonly older: Upcasters;
  /** Whether the envelope says its aggregate type; otherwise it is set from the event's type. */
  readonly namesAggregateType: boolean;
}

/** Checks an envelope by the schema of its type, upcast to its current version first. */
export function acceptEnvelope(rules: ReadingRules, envelope: JsonObject): ReadResult {
  const { type } = envelope;
  if (typeof type !== 'string') return notAnEnvelope(envelope, '/type', 'must be string');
  const known = rules.known.get(type);
  return known === undefined ? acceptOlder(rules, envelope, type) : checked(rules, known, envelope, envelope);
}

function acceptOlder(rules: ReadingRules, envelope: JsonObject, type: string): ReadResult {
  if (!rules.older.has(type)) {
    return {
      ok: false,
      reason: 'unknown-type',
      message: `unknown type: ${storableText(type, longestText)}`,
      ...identityOf(envelope),
    };
  }
  const { data } = envelope;
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return violated(envelope, '/data', 'must be object');
  const lifted = upcast(rules.older, type, data as JsonObject);
  if (!lifted.result.ok) return violated(envelope, lifted.result.path, lifted.result.problem);
  const known = rules.known.get(lifted.type)!;
  return checked(rules, known, { ...envelope, data: lifted.result.data }, envelope);
}

/** @param as what a failure calls the event: the envelope as it was sent */
function checked(
  { namesAggregateType }: ReadingRules,
  known: KnownType,
  envelope: JsonObject,
  as: JsonObject,
): ReadResult {
  const event = envelope as unknown as { type: string; aggregatetype: string };
  const sent = event.type;
  event.type = known.type;
  if (!namesAggregateType) event.aggregatetype = known.aggregateType;
  const violation = known.check(envelope);
  if (violation === undefined) return { ok: true, event: envelope as unknown as DomainEvent };
  event.type = sent;
  return violated(as, violation.path, violation.problem);
}

function violated(envelope: JsonObject, path: string, problem: string): OpenFailure {
  return failureAt('schema-violated', 'schema violated', envelope, path, problem);
}
