import type { DomainEvent, EventContract } from '@reprise/events';
import type { StorageDefinition } from '@reprise/read-model-documents';
import { ignore, remove, type Outcome, type Projection } from './projection.ts';

export interface ProjectionDefinition<
  Event extends DomainEvent,
  Begins extends string,
  Optional extends string,
  Aggregate extends string,
  Data extends object,
  Name extends string = string,
> extends Pick<Projection<Data, Name>, 'name' | 'version'> {
  readonly aggregate: Aggregate;
  readonly storage: StorageDefinition<Data>;
  /**
   * A handler for every type of the aggregate's events. Types that are ignored by the contract, or end a life, need none: the end
   * takes the document away.
   */
  readonly on: Handlers<Extract<Event, { readonly aggregatetype: Aggregate }>, Begins, Optional, Data>;
}

/** Handlers by event type. One that is missing, or of a type the aggregate has not, does not compile. */
export type Handlers<
  Event extends DomainEvent,
  Begins extends string,
  Optional extends string,
  Data extends object,
> = {
  readonly [Type in Exclude<Event['type'], Optional>]: Handler<Type, Event, Begins, Data>;
} & {
  readonly [Type in Extract<Event['type'], Optional>]?: Handler<Type, Event, Begins, Data>;
};

/**
 * What one event does to the document. Where some types begin a life, the others are handed the document they change, and are not
 * called while there is none; where any event may be the first, there may be none.
 */
type Handler<Type extends string, Event extends DomainEvent, Begins extends string, Data extends object> = (
  event: Extract<Event, { readonly type: Type }>,
  document: Given<Type, Event, Begins, Data>,
) => Outcome<Data>;

type Given<
  Type extends string,
  Event extends DomainEvent,
  Begins extends string,
  Data extends object,
> = Type extends Begins
  ? undefined
  : [Extract<Event['type'], Begins>] extends [never]
    ? Data | undefined
    : Data;

type AnyHandler<Data extends object> = (event: DomainEvent, document: Data | undefined) => Outcome<Data>;

/**
 * Declares a projection: what each event of one type of aggregate does to its document.
 * @throws RangeError for an aggregate or an event type that the contract does not have
 */
export function defineProjection<
  Event extends DomainEvent,
  Begins extends string,
  Optional extends string,
  const Aggregate extends Event['aggregatetype'],
  Data extends object,
  const Name extends string,
>(
  events: EventContract<Event, Begins, Optional>,
  definition: ProjectionDefinition<Event, Begins, Optional, Aggregate, Data, Name>,
): Projection<Data, Name> {
  const { name, version, aggregate, storage, on } = definition;
  const handlers = new Map(Object.entries(on as unknown as Readonly<Record<string, AnyHandler<Data>>>));
  if (!events.aggregateTypes.includes(aggregate))
    throw new RangeError(
      `the projection ${name} is of "${aggregate}", which is no aggregate of its contract`,
    );
  const unknown = [...handlers.keys()].filter((type) => !events.types.includes(type));
  if (unknown.length > 0)
    throw new RangeError(
      `the projection ${name} handles ${unknown.join(', ')}, which its contract does not have`,
    );
  const beginsLives = events.types.some((type) => handlers.has(type) && events.begins(type));
  return {
    name,
    version,
    events: events as unknown as EventContract,
    aggregate,
    storage,
    evolve(document, event) {
      const handler = handlers.get(event.type);
      if (handler === undefined) return events.ends(event.type) ? remove() : ignore();
      if (document === undefined && beginsLives && !events.begins(event.type)) return ignore();
      return handler(event, document);
    },
  };
}
