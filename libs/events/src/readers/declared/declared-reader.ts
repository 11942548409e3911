import { storableText } from '../../outside-text.ts';
import type { EnvelopeReader, RecordContext } from '../envelope-reader.ts';
import { identityOf, type OpenFailure } from '../open-failure.ts';
import { envelopeOf, eventAttributesSchema, type FoundAttributes } from './event-attributes.ts';
import { isBesideKey, isBesideValue, isInValue, locate, type Places, type TextReader } from './place.ts';

/** Where the attributes of a log's events stand. */
export interface DeclaredAttributes {
  /** Name of the event's type. */
  readonly type: Places;
  /** Text or whole number; the records of one aggregate have one key. */
  readonly aggregateId: Places;
  /** Text or whole number. Without it, ids are made of the aggregate's id and the record's position. */
  readonly id?: Places;
  /** RFC 3339, in UTC or with an offset, or milliseconds since 1970. */
  readonly time: Places;
  /** 1-based count of the aggregate's events, as a number or digits. Without it, the contract orders by position. */
  readonly version?: Places;
  /** Without it, the aggregate type is that of the event's type. */
  readonly aggregateType?: Places;
}

export interface DeclaredFormat {
  readonly name: string;
  readonly attributes: DeclaredAttributes;
  /** How keys and headers are written; by default they are text. */
  readonly text?: TextReader;
  readonly open: (value: Buffer | string | null) => OpenedValue | OpenFailure;
}

/** A value in which the paths of attributes begin, and an event's data. */
export interface OpenedValue {
  readonly ok: true;
  readonly value: unknown;
  readonly data: unknown;
}

/** The reader of a format whose attributes are declared. */
export function declaredReader({ name, attributes, text, open }: DeclaredFormat): EnvelopeReader {
  const find = finderOf(attributes, text);
  const places = Object.values(attributes as object).filter((place) => place !== undefined) as Places[];
  const needsRecord = attributes.id === undefined || places.some(isBesideValue);
  return {
    format: name,
    schema: eventAttributesSchema,
    readsHeaders: attributes.id === undefined || !isInValue(attributes.id) || places.some(isBesideKey),
    counts: attributes.version !== undefined,
    namesAggregateType: attributes.aggregateType !== undefined,
    open(value, record) {
      if (needsRecord && record === undefined)
        throw new TypeError(`${name} as declared here is read with key, headers and position of its record`);
      const opened = open(value);
      if (!opened.ok) return { ...opened, ...identityOf(envelopeOf(find(undefined, undefined, record))) };
      return { ok: true, envelope: envelopeOf(find(opened.value, opened.data, record)) };
    },
  };
}

function finderOf(
  attributes: DeclaredAttributes,
  text: TextReader | undefined,
): (value: unknown, data: unknown, record: RecordContext | undefined) => FoundAttributes {
  const compile = (places: Places | undefined) =>
    places === undefined ? () => undefined : locate(places, text);
  const id = attributes.id === undefined ? undefined : compile(attributes.id);
  const [type, aggregateId, time, aggregateType, version] = [
    compile(attributes.type),
    compile(attributes.aggregateId),
    compile(attributes.time),
    compile(attributes.aggregateType),
    compile(attributes.version),
  ];
  return (value, data, record) => {
    const aggregate = aggregateId(value, record);
    return {
      id: id === undefined ? idByPlace(aggregate, record!) : id(value, record),
      type: type(value, record),
      aggregateId: aggregate,
      time: time(value, record),
      aggregateType: aggregateType(value, record),
      version: version(value, record),
      data,
    };
  };
}

/** The id of an event that has none. An aggregate's records share a partition, so its id and a position name one record. */
function idByPlace(aggregateId: unknown, record: RecordContext): string {
  const aggregate = typeof aggregateId === 'string' || typeof aggregateId === 'number' ? aggregateId : '';
  return `${storableText(String(aggregate).slice(0, longestAggregate))}@${record.position()}`;
}

/** So that the id stays within its bound with any position. */
const longestAggregate = 100;
