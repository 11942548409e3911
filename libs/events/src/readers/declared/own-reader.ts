import { storableText } from '../../outside-text.ts';
import type { EnvelopeReader, RecordContext } from '../envelope-reader.ts';
import { longestText, noValue, type OpenFailure } from '../open-failure.ts';
import { envelopeOf, eventAttributesSchema } from './event-attributes.ts';

/** What a function of the user's finds in a record. */
export interface EventAttributes {
  readonly id: string | number | bigint;
  readonly type: string;
  readonly aggregateId: string | number | bigint;
  /** RFC 3339, in UTC or with an offset, milliseconds since 1970, or a `Date`. */
  readonly time: string | number | Date;
  /** 1-based count of the aggregate's events, for readers that count. */
  readonly version?: number | string | bigint;
  /** For readers that name it; otherwise it is that of the event's type. */
  readonly aggregateType?: string;
  /** A plain object of JSON values. */
  readonly data: object;
}

/**
 * Finds an event in a record, or says in one line why there is none. Pure and synchronous: a record is read more than once.
 * @param value bytes or text of the record; `null` is a record without a value
 * @param record the rest of it; its methods are called on it, not taken out of it
 */
export type ReadRecord = (value: Buffer | string | null, record: RecordContext) => EventAttributes | string;

export interface OwnReaderOptions {
  /** How operators know the format. */
  readonly format?: string;
  /** Whether `version` counts the events of each aggregate; by default nothing does, and the contract orders by position. */
  readonly counts?: boolean;
  /** Whether `aggregateType` is given; by default it is that of the event's type. */
  readonly namesAggregateType?: boolean;
}

/** Reads any format through a function. Whatever that returns or throws instead of an event becomes a failure with a reason. */
export function readerOf(read: ReadRecord, options: OwnReaderOptions = {}): EnvelopeReader {
  const { format = 'a format of its reader', counts = false, namesAggregateType = false } = options;
  return {
    format,
    schema: eventAttributesSchema,
    readsHeaders: true,
    counts,
    namesAggregateType,
    open(value, record) {
      if (record === undefined)
        throw new TypeError(`${format} is read with key, headers and position of its record`);
      try {
        const found: unknown = read(value, record);
        if (typeof found === 'string') return value === null ? noValue : failure(found);
        if (typeof found !== 'object' || found === null || Array.isArray(found))
          return failure('its reader returned no attributes');
        if (found instanceof Promise) {
          // Nobody waits for it, so its rejection must not end the process.
          found.catch(() => undefined);
          return failure('its reader returned a promise; events are read in order');
        }
        const envelope = envelopeOf(found as EventAttributes);
        if (!isPlain(envelope['data'])) return failure('its reader returned data that is no plain object');
        return { ok: true, envelope };
      } catch (error) {
        return value === null ? noValue : failure(`its reader failed: ${textOfError(error)}`);
      }
    },
  };
}

/** A `Map` or a `Date` would pass as an object without fields. */
function isPlain(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function failure(why: string): OpenFailure {
  const line = storableText(why.replace(/\s+/g, ' '), longestText);
  return { ok: false, reason: 'not-an-envelope', message: `not an event envelope: ${line}` };
}

/** What was thrown can be anything, also something that throws when it is asked for its text. */
function textOfError(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'with an error that has no text';
  }
}
