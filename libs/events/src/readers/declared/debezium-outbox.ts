import type { EnvelopeReader } from '../envelope-reader.ts';
import { isJsonObject, jsonOf, notAnObject, textOf } from '../json-object.ts';
import { declaredReader, type DeclaredAttributes, type OpenedValue } from './declared-reader.ts';
import { noValue, type JsonObject, type OpenFailure } from '../open-failure.ts';
import type { Place } from './place.ts';

export interface DebeziumOutboxOptions extends Partial<DeclaredAttributes> {
  /**
   * Whether `table.fields.additional.placement` puts any column into the envelope: the value is then an object with the payload
   * under `payload` and those columns beside it, and paths begin at that object. By default they begin at the payload.
   */
  readonly envelope?: boolean;
}

/**
 * Reads what Debezium's outbox event router sends. By default the key is the aggregate's id, the header `id` the event's, the
 * header `eventType` or `type` its type, and the record's timestamp its time; nothing counts the aggregate's events. The payload
 * is JSON, or JSON in a string, as `StringConverter` and `JsonConverter` write it with schemas or without;
 * a payload that is null is a record without a value.
 * @throws RangeError for a path that no value can have
 */
export function debeziumOutbox(options: DebeziumOutboxOptions = {}): EnvelopeReader {
  const { envelope = false, ...declared } = options;
  const inEnvelope: readonly Place[] = envelope ? ['/eventType', '/type'] : [];
  return declaredReader({
    name: 'Debezium outbox',
    attributes: {
      type: [{ header: 'eventType' }, { header: 'type' }, ...inEnvelope],
      aggregateId: { key: true },
      id: { header: 'id' },
      time: { timestamp: true },
      ...declared,
    },
    text: connectText,
    open: envelope ? openEnvelope : openPayload,
  });
}

function openPayload(value: Buffer | string | null): OpenedValue | OpenFailure {
  const payload = connectJson(value);
  if (!payload.ok) return payload;
  if (payload.json === null) return noValue;
  if (!isJsonObject(payload.json)) return notAnObject;
  return { ok: true, value: payload.json, data: payload.json };
}

function openEnvelope(value: Buffer | string | null): OpenedValue | OpenFailure {
  const parsed = connectJson(value);
  if (!parsed.ok) return parsed;
  const envelope = parsed.json;
  if (!isJsonObject(envelope)) return notAnObject;
  const { payload } = envelope;
  const data = typeof payload === 'string' ? jsonOf(payload) : { ok: true as const, json: payload };
  if (!data.ok) return data;
  if (data.json === null) return noValue;
  return { ok: true, value: { ...envelope, payload: data.json }, data: data.json };
}

/** The JSON of a value without the schema that `JsonConverter` wraps it in; a string holds JSON. */
function connectJson(value: Buffer | string | null): ReturnType<typeof jsonOf> {
  const parsed = jsonOf(value);
  if (!parsed.ok) return parsed;
  const json = unwrapped(parsed.json);
  return typeof json === 'string' ? jsonOf(json) : { ok: true, json };
}

/** A key or header: its text, or what `JsonConverter` made of it. */
function connectText(bytes: Buffer | string | null | undefined): unknown {
  const text = textOf(bytes);
  if (typeof text !== 'string' || !/^["{]/.test(text)) return text;
  const parsed = jsonOf(text);
  if (!parsed.ok) return text;
  const json = unwrapped(parsed.json);
  return typeof json === 'object' ? text : json;
}

function unwrapped(json: unknown): unknown {
  return isJsonObject(json) && isWrapped(json) ? json['payload'] : json;
}

/** Whether it is a value beside its Kafka Connect schema and nothing else, so that a payload with such names is left alone. */
function isWrapped(json: JsonObject): boolean {
  if (Object.keys(json).length !== 2 || !Object.hasOwn(json, 'schema') || !Object.hasOwn(json, 'payload'))
    return false;
  const { schema } = json;
  return (
    schema === null ||
    (isJsonObject(schema) && typeof schema['type'] === 'string' && typeof schema['optional'] === 'boolean')
  );
}
