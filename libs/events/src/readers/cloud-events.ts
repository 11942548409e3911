import type { DomainEvent } from '../domain-event.ts';
import { openBinary } from './cloud-events-binary.ts';
import { cloudEventsSchema, specVersion, type dataContentType } from './cloud-events-schema.ts';
import type { EnvelopeReader, Opened, RecordContext } from './envelope-reader.ts';
import { jsonObject, textOf } from './json-object.ts';
import { notAnEnvelope } from './open-failure.ts';

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

export interface CloudEventsOptions<Extension extends string> {
  /**
   * `any`, the default, reads each record in the mode that its headers name. `structured` never looks at headers: for logs whose
   * values are all envelopes, this project's among them, and the fastest.
   */
  readonly mode?: 'any' | 'structured';
  /** Names of further extension attributes. Binary records have only these; structured ones keep what they carry. */
  readonly extensions?: readonly Extension[];
}

/**
 * Reads CloudEvents 1.0 with JSON data and the extension attributes `aggregatetype`, `aggregateversion` and `correlationid`, in
 * structured or binary content mode (Kafka protocol binding 1.0.2).
 */
export function cloudEvents<const Extension extends string = never>({
  mode = 'any',
  extensions = [],
}: CloudEventsOptions<Extension> = {}): EnvelopeReader<
  CloudEventAttributes & { readonly [Name in Extension]?: string | boolean | number }
> {
  const illegal = extensions.filter((name) => !legalName.test(name));
  if (illegal.length > 0) {
    throw new RangeError(`No extension attribute can have the name ${illegal.join(', ')}: ${legalName}`);
  }
  const named = [...extensions];
  return {
    format: 'CloudEvents',
    schema: cloudEventsSchema,
    readsHeaders: mode === 'any',
    counts: true,
    namesAggregateType: true,
    open:
      mode === 'structured'
        ? openStructured
        : (value, record) =>
            record !== undefined && isBinary(record)
              ? openBinary(value, record, named)
              : openStructured(value),
  };
}

const legalName = new RegExp(cloudEventsSchema.propertyNames.pattern, 'u');

/** A media type of CloudEvents decides (section 3); without one, records are binary where they have a binary record's first header. */
function isBinary(record: RecordContext): boolean {
  const contentType = textOf(record.header('content-type'));
  if (typeof contentType === 'string' && /^application\/cloudevents/i.test(contentType)) return false;
  return record.header('ce_specversion') !== undefined;
}

function openStructured(value: Buffer | string | null): Opened {
  const parsed = jsonObject(value);
  if (!parsed.ok) return parsed;
  const envelope = parsed.object;
  if (envelope['specversion'] !== specVersion)
    return notAnEnvelope(envelope, '/specversion', `must be "${specVersion}"`);
  return { ok: true, envelope };
}
