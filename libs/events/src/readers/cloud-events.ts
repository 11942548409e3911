import type { DomainEvent } from '../domain-event.ts';
import { cloudEventsSchema } from './cloud-events-schema.ts';
import type { EnvelopeReader, Opened } from './envelope-reader.ts';
import { jsonObject } from './json-object.ts';
import { notAnEnvelope } from './open-failure.ts';
import { type dataContentType, specVersion } from './cloud-events-values.ts';

/** What CloudEvents 1.0 asks for beside the attributes of every `DomainEvent`, and the extensions that this project's events carry. */
export interface CloudEventAttributes {
  readonly specversion: typeof specVersion;
  readonly source: string;
  readonly datacontenttype: typeof dataContentType;
  readonly correlationid: string;
  /** Id of the event or request that caused this one. */
  readonly causationid?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
}

/** A domain event in its CloudEvents envelope, exactly as it is stored and sent (structured mode, flat JSON). */
export interface EventEnvelope<
  Type extends string = string,
  Data = unknown,
  AggregateType extends string = string,
>
  extends DomainEvent<Type, Data, AggregateType>, CloudEventAttributes {}

/**
 * Reads CloudEvents 1.0 in structured JSON, the format of this project's own logs, with the extension attributes
 * `aggregatetype`, `aggregateversion` and `correlationid`.
 */
export function cloudEvents(): EnvelopeReader<CloudEventAttributes> {
  return {
    format: 'CloudEvents',
    schema: cloudEventsSchema,
    readsHeaders: false,
    counts: true,
    namesAggregateType: true,
    open: openStructured,
  };
}

function openStructured(value: Buffer | string | null): Opened {
  const parsed = jsonObject(value);
  if (!parsed.ok) return parsed;
  const envelope = parsed.object;
  if (envelope['specversion'] !== specVersion)
    return notAnEnvelope(envelope, '/specversion', `must be "${specVersion}"`);
  return { ok: true, envelope };
}
