import { dataContentType, specVersion, type DomainEvent, type SchemaViolation } from '@reprise/events';
import { refuse, type Changed, type CommandContext, type Refusal } from './decision.ts';

/** What an aggregate says of its events. */
export interface AggregateRules<State, Event> {
  /** `aggregatetype` of its events. */
  readonly aggregateType: string;
  /** `source` of its events. */
  readonly source: string;
  /** The first rule of the contract that an event breaks; `path` is a JSON Pointer. */
  readonly findViolation: (event: Event) => SchemaViolation | undefined;
  /** The state after one more event. */
  readonly evolve: (state: State | undefined, event: Event) => State;
}

/** Makes the outcome of a command that changes an aggregate. */
export type Change<State, Event extends DomainEvent> = <Type extends Event['type']>(
  state: State | undefined,
  id: string,
  type: Type,
  data: Extract<Event, { type: Type }>['data'],
  context: CommandContext,
) => Changed<State, Event> | Refusal<'invalid-value'>;

/**
 * Returns the function that makes an aggregate's events: its event in the envelope, at the version after `state`, and the state
 * after it. Values outside the bounds of the event's schema are refused, so that no decision yields an event that cannot be
 * written.
 */
export function changesOf<State extends { readonly version: number }, Event extends DomainEvent>(
  rules: AggregateRules<State, Event>,
): Change<State, Event> {
  return (state, id, type, data, context) => {
    const event = {
      specversion: specVersion,
      id: context.eventId,
      source: rules.source,
      type,
      subject: id,
      time: context.time.toISOString(),
      datacontenttype: dataContentType,
      aggregatetype: rules.aggregateType,
      aggregateversion: (state?.version ?? 0) + 1,
      correlationid: context.correlationId,
      ...(context.causationId !== undefined && { causationid: context.causationId }),
      ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
      ...(context.actor !== undefined && { actor: context.actor }),
      data,
    } as unknown as Event;
    const violation = rules.findViolation(event);
    if (violation !== undefined) {
      return refuse('invalid-value', `${violation.path.replace(/^\/data\//, '')} ${violation.problem}`);
    }
    return { ok: true, event, state: rules.evolve(state, event) };
  };
}
