import type { JsonSchema } from '../schemas/json-schema.ts';
import type { JsonObject, OpenFailure } from './open-failure.ts';

/** What a reader may ask of a record beyond its value. Nothing of it is worked out unless it is asked for. */
export interface RecordContext {
  readonly key: Buffer | string | null;
  /** The last header of that name. */
  header(name: string): Buffer | string | undefined;
  /** Offset in its partition, or position in the event store. */
  position(): bigint;
  /** Milliseconds since 1970 as its writer or broker says; undefined where nobody said. */
  timestamp?(): number | undefined;
}

/** An envelope with the attributes that were found; their types are not checked yet. */
export type Opened = { readonly ok: true; readonly envelope: JsonObject } | OpenFailure;

/**
 * Takes events out of the records of one log. It names each attribute as `DomainEvent` does and leaves checking types, bounds and
 * data to the contract; it never throws for what a record holds.
 */
export interface EnvelopeReader<Attributes extends object = object> {
  /** How operators know the format, e.g. `CloudEvents`. */
  readonly format: string;
  /** JSON Schema (draft 2020-12) of the envelopes it hands out; the data is checked by the schema of its type. */
  readonly schema: JsonSchema & { readonly $id: string };
  /** Whether an event can depend on more of its record than value and key, or has an id that is not in the value. */
  readonly readsHeaders: boolean;
  /** Whether its envelopes count the events of their aggregates. */
  readonly counts: boolean;
  /** Whether their `aggregatetype` comes from the record; otherwise it is that of the event's type. */
  readonly namesAggregateType: boolean;
  /** @param value bytes or text of the record; `null` is a record without a value */
  open(value: Buffer | string | null, record?: RecordContext): Opened;
  /** Attributes beyond those of `DomainEvent`. For the types alone. */
  readonly attributes?: Attributes;
}
