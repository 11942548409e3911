import { type Decision, type Existing, type Refusal } from '@reprise/aggregate';
import { type DomainEvent } from '@reprise/events';
import { type AggregateState, type AggregateTable } from './aggregate-table.ts';

/** One type of aggregate, as data: how its state is kept, its events are encoded and its commands are answered. */
export interface Aggregate<State extends AggregateState, Event extends DomainEvent, Reason extends string> {
  /** `aggregatetype` of its events, and the word for it in messages. */
  readonly type: string;
  readonly table: AggregateTable<State>;
  /** The aggregate that commands and readers find; a refusal when there is none, or its history has ended. */
  readonly existing: (state: State | undefined) => Existing<State, Reason>;
  /** The state after one more event. */
  readonly evolve: (state: State | undefined, event: Event) => State;
  /** The codec of its events: throws for an event that breaks its schema. */
  readonly encode: (event: Event) => string;
}

/** What a change makes of an aggregate; undefined when there is none. Pure: it may be asked more than once. */
export type Decide<State, Event, Reason extends string> = (
  state: State | undefined,
) => Decision<State, Event, Reason>;

export type WriteResult<State, Reason extends string = string> =
  | { readonly outcome: 'written'; readonly state: State }
  /** The answer to the same request, given before; nothing was written this time. */
  | { readonly outcome: 'replayed'; readonly state: State }
  /** The aggregate is already in the requested state. */
  | { readonly outcome: 'unchanged'; readonly state: State }
  /** The aggregate has another version than expected. */
  | { readonly outcome: 'stale'; readonly version: number }
  | { readonly outcome: 'refused'; readonly refusal: Refusal<Reason> }
  /** The key belongs to another request. */
  | { readonly outcome: 'key-reused' };
