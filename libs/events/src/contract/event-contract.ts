import type { DomainEvent } from '../domain-event.ts';
import type { RecordContext } from '../readers/envelope-reader.ts';
import type { JsonObject, OpenFailure } from '../readers/open-failure.ts';
import type { JsonSchema } from '../schemas/json-schema.ts';
import type { SchemaViolation } from '../schemas/schema-violation.ts';
import type { DataSchema } from './data-schema.ts';

/**
 * What orders the events of an aggregate. `sequence`: the envelope counts them, so a missing one is seen, waited for and repaired.
 * `position`: their place in the partition, for logs that carry no version; a missing event is seen by nobody.
 */
export type VersionSource = 'sequence' | 'position';

/** One event type as its context declares it. */
export interface EventTypeDefinition<Schema extends DataSchema = DataSchema> {
  readonly data: Schema;
  /** For readers of the published schema. */
  readonly title?: string;
  readonly description?: string;
  /** An aggregate's life begins with it, and only so. Where no type of an aggregate says this, any event may be its first. */
  readonly begins?: true;
  /** An aggregate's life ends with it: nothing follows. */
  readonly ends?: true;
}

/** An event, or why the record holds none. */
export type ReadResult<Event extends DomainEvent = DomainEvent> =
  { readonly ok: true; readonly event: Event } | OpenFailure;

/** The events of one bounded context: which types its log holds, how they are read, and how the life of an aggregate runs. */
export interface EventContract<
  Event extends DomainEvent = DomainEvent,
  Begins extends string = string,
  Optional extends string = string,
> {
  readonly aggregateTypes: readonly string[];
  /** Current types in the order they were declared. Older ones are upcast to these when they are read. */
  readonly types: readonly Event['type'][];
  readonly versions: VersionSource;
  /** How operators know the log's format, e.g. `CloudEvents`. */
  readonly format: string;
  /** Whether an event can depend on its record's headers or time: then its value and key are not enough to read it later. */
  readonly readsHeaders: boolean;
  /**
   * Reads one record: the only way from a log to an event, for the live feed, the rebuild, repair and redrive. Older versions are
   * upcast, then everything is validated by the schema of the current version. It never throws for what a record holds.
   * @param value bytes or text of the record; `null` is a record without a value
   * @param record the rest of it, for readers and version sources that look at key, headers or position
   * @throws TypeError when a Standard Schema validates asynchronously, or the contract needs `record` and there is none
   */
  read(value: Buffer | string | null, record?: RecordContext): ReadResult<Event>;
  /**
   * The event whose attributes were found apart from each other, for instance in the columns of a table. It is upcast and checked
   * as `read` does it, by the same schemas.
   * @throws TypeError when a Standard Schema validates asynchronously
   */
  accept(found: AttributesApart): ReadResult<Event>;
  /**
   * An event that `read` gave, back from the JSON it was kept as in between. It is not checked again: a schema may have made its
   * data into what it would not take itself.
   * @throws RangeError for a type the contract does not have
   */
  restore(kept: JsonObject): Event;
  /**
   * The stored and sent text of an event in a CloudEvents envelope: structured JSON with a fixed key order, so that equal events
   * are equal texts.
   * @throws InvalidEventError when the event breaks its schema
   */
  encode(event: Event): string;
  /** The first violation of the event type's schema; undefined when the event may be written. */
  violationOf(event: Event): SchemaViolation | undefined;
  /**
   * Checks that an event can stand where it does in its aggregate's life: whatever else a log says must not reach a document.
   * @throws RangeError when it cannot: a poison event
   */
  assertNext(life: LifeSoFar, event: DomainEvent): void;
  /** Whether an aggregate's life begins with events of that type. */
  begins(type: string): boolean;
  /** Whether it ends with them. */
  ends(type: string): boolean;
  /**
   * A sentence for each type whose schema is declared wrong. It compiles all schemas, which else the first event of each type does: a
   * process that is going to read events asks before it starts anything.
   */
  problems(): readonly string[];
  /** For the types alone: types that begin a life, and those that a projection need not handle. */
  readonly marks?: { readonly begins: Begins; readonly optional: Optional };
  /**
   * JSON Schema of each current type, by type, of the envelope they share, and of the canaries that stand among them where a write API
   * writes some.
   */
  readonly schemas: {
    readonly envelope: JsonSchema;
    readonly byType: ReadonlyMap<string, JsonSchema>;
    readonly canary: JsonSchema;
  };
}

/** The attributes of an event in any form that can be made an event's: numbers or their digits, times with an offset. */
export interface AttributesApart {
  readonly id: unknown;
  readonly type: unknown;
  readonly aggregateId: unknown;
  readonly time: unknown;
  readonly version: unknown;
  /** Without it, it is that of the event's type. */
  readonly aggregateType?: unknown;
  /** JSON of the data. */
  readonly data: Buffer | string | null;
  /** Attributes that the envelopes of this contract have beside those of every event. */
  readonly more?: JsonObject;
}

/** How far the life of an aggregate has come before an event. */
export type LifeSoFar = 'unborn' | 'alive' | 'ended';
