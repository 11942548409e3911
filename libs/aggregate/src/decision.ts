/** What a decision cannot know. Ids and time come from the caller, so that deciding stays pure. */
export interface CommandContext {
  readonly eventId: string;
  readonly time: Date;
  readonly correlationId: string;
  readonly causationId?: string | undefined;
  readonly traceparent?: string | undefined;
  /** Who gave the command: `key:ID` or `sub:SUBJECT`, never a secret. */
  readonly actor?: string | undefined;
}

/** A command that a rule forbids. `Reason` is a stable slug: clients see it. */
export interface Refusal<Reason extends string = string> {
  readonly ok: false;
  readonly reason: Reason;
  /** One sentence for people. */
  readonly detail: string;
}

export interface Changed<State, Event> {
  readonly ok: true;
  readonly event: Event;
  readonly state: State;
}

/** The command asked for the current state: nothing happened, so there is no event. */
export interface Unchanged<State> {
  readonly ok: true;
  readonly event: undefined;
  readonly state: State;
}

/** What a command makes of an aggregate: one event and the state after it, nothing, or a refusal. */
export type Decision<State, Event, Reason extends string = string> =
  Changed<State, Event> | Unchanged<State> | Refusal<Reason>;

/** State a command may change, or why there is none. */
export type Existing<State, Reason extends string = string> =
  { readonly ok: true; readonly state: State } | Refusal<Reason>;

export function refuse<Reason extends string>(reason: Reason, detail: string): Refusal<Reason> {
  return { ok: false, reason, detail };
}

export function unchanged<State>(state: State): Unchanged<State> {
  return { ok: true, event: undefined, state };
}
