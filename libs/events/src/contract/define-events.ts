import { canaryEventType, canaryType, reservedPrefix } from '../canary/canary.ts';
import type { DomainEvent } from '../domain-event.ts';
import { cloudEvents, type CloudEventAttributes } from '../readers/cloud-events.ts';
import type { EnvelopeReader, RecordContext } from '../readers/envelope-reader.ts';
import type { DataOf, Ignored } from './data-schema.ts';
import { InvalidEventError, textOfEvent } from './encode-event.ts';
import type { EventContract, EventTypeDefinition, VersionSource } from './event-contract.ts';
import { envelopeOfParts } from './attributes-apart.ts';
import { knownTypes } from './known-types.ts';
import { lifecycleOf } from './lifecycle.ts';
import { acceptEnvelope, type ReadingRules } from './read-event.ts';
import { upcasterProblems, type Upcaster } from './upcaster.ts';

/** Event types by aggregate type, then by name. */
export type Aggregates = Readonly<Record<string, Readonly<Record<string, EventTypeDefinition>>>>;

export interface EventsOptions<Declared extends Aggregates, Attributes extends object> {
  readonly aggregates: Declared;
  /** One step each from older types that the log may hold to newer ones. */
  readonly upcasters?: readonly Upcaster[];
  /** How records are read. The default reads CloudEvents in structured JSON. */
  readonly reader?: EnvelopeReader<Attributes>;
  /** Where an event's version comes from; by default the envelope counts. */
  readonly versions?: VersionSource;
}

/** The events that a contract declares, each with the attributes its envelope adds. */
export type EventsOf<Declared extends Aggregates, Attributes extends object> = {
  [Aggregate in keyof Declared & string]: {
    [Type in keyof Declared[Aggregate] & string]: DomainEvent<
      Type,
      DataOf<Declared[Aggregate][Type]['data']>,
      Aggregate
    > &
      Attributes;
  }[keyof Declared[Aggregate] & string];
}[keyof Declared & string];

type TypesWith<Declared extends Aggregates, Mark> = {
  [Aggregate in keyof Declared & string]: {
    [Type in keyof Declared[Aggregate] & string]: Declared[Aggregate][Type] extends Mark ? Type : never;
  }[keyof Declared[Aggregate] & string];
}[keyof Declared & string];

/** Types that begin the life of an aggregate. */
export type BeginsOf<Declared extends Aggregates> = TypesWith<Declared, { readonly begins: true }>;

/** Types that a projection need not handle: those that end a life, and the ignored ones. */
export type OptionalOf<Declared extends Aggregates> = TypesWith<
  Declared,
  { readonly ends: true } | { readonly data: Ignored }
>;

/**
 * Declares the events of a bounded context.
 * @throws RangeError that names every problem of the declaration at once
 */
export function defineEvents<
  const Declared extends Aggregates,
  Attributes extends object = CloudEventAttributes,
>(
  options: EventsOptions<Declared, Attributes>,
): EventContract<EventsOf<Declared, Attributes>, BeginsOf<Declared>, OptionalOf<Declared>> {
  const { aggregates, upcasters = [], versions = 'sequence' } = options;
  const reader: EnvelopeReader = options.reader ?? cloudEvents({ mode: 'structured' });
  const declared = Object.entries(aggregates).flatMap(([aggregateType, types]) =>
    Object.entries(types).map(([type, definition]) => ({ type, aggregateType, definition })),
  );
  const names = new Set(declared.map(({ type }) => type));
  const problems = [
    ...(declared.length === 0 ? ['no event type is declared'] : []),
    ...declared
      .filter(({ type }, at) => declared.findIndex((other) => other.type === type) < at)
      .map(({ type, aggregateType }) => `${type} of ${aggregateType} belongs to another aggregate as well`),
    ...declared
      .filter((one) => [one.type, one.aggregateType].some((name) => name.startsWith(reservedPrefix)))
      .map(
        ({ type, aggregateType }) =>
          `${type} of ${aggregateType} begins with "${reservedPrefix}", which is reserved`,
      ),
    ...upcasterProblems(upcasters, names),
    ...(versions === 'sequence' && !reader.counts
      ? [
          `no version source: ${reader.format} as it is read here counts no events; name the count, or order by position`,
        ]
      : []),
  ];
  if (problems.length > 0) throw new RangeError(`These events cannot be declared: ${problems.join('; ')}.`);

  const { known, problems: problemsOfSchemas } = knownTypes([...declared, canaryType], reader, versions);
  const rules: ReadingRules = {
    known,
    older: new Map(upcasters.map((upcaster) => [upcaster.from, upcaster])),
    namesAggregateType: reader.namesAggregateType,
  };
  const named = { ...rules, namesAggregateType: true };
  const unnamed = { ...rules, namesAggregateType: false };
  const violationOf: EventContract['violationOf'] = (event) => {
    const type = known.get(event.type);
    type?.assertDeclared();
    return type ? type.check(event as never) : { path: '/type', problem: 'is not a type of this contract' };
  };

  const contract: EventContract = {
    aggregateTypes: Object.keys(aggregates),
    types: [...names],
    versions,
    format: reader.format,
    readsHeaders: reader.readsHeaders,
    read(value, record) {
      const opened = reader.open(value, record);
      if (!opened.ok) return opened;
      if (versions === 'position') {
        (opened.envelope as { aggregateversion: number }).aggregateversion = versionAt(record);
      }
      return acceptEnvelope(rules, opened.envelope);
    },
    accept(found) {
      const envelope = envelopeOfParts(found);
      if (!envelope.ok) return envelope;
      return acceptEnvelope(found.aggregateType === undefined ? unnamed : named, envelope.envelope);
    },
    restore(kept) {
      const type = known.get(String(kept['type']))?.type;
      if (type === undefined) throw new RangeError(`there is no event type ${String(kept['type'])} here`);
      return { ...kept, type } as unknown as DomainEvent;
    },
    encode(event) {
      const violation = violationOf(event);
      if (violation !== undefined) throw new InvalidEventError(event.type, violation);
      return textOfEvent(event, known.get(event.type)!);
    },
    violationOf,
    ...lifecycleOf(known),
    problems: problemsOfSchemas,
    schemas: {
      envelope: reader.schema,
      byType: new Map([...names].map((type) => [type, known.get(type)!.schema])),
      canary: known.get(canaryEventType)!.schema,
    },
  };
  return contract as unknown as EventContract<
    EventsOf<Declared, Attributes>,
    BeginsOf<Declared>,
    OptionalOf<Declared>
  >;
}

/** Version of a record by its position: 1 for the first of a partition, because 0 stands for no document. */
function versionAt(record: RecordContext | undefined): number {
  if (record === undefined) throw new TypeError('events ordered by position are read with their position');
  return Number(record.position()) + 1;
}
