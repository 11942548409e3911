import type { CommandContext, Decision } from '../decision.ts';

/** Where the nth command comes from. */
export const context = (second: number): CommandContext => ({
  eventId: `event-${second}`,
  time: new Date(Date.UTC(2026, 10, 20, 9, 30, second)),
  correlationId: 'request-1',
});

/** The event and state of a decision that changed something. */
export function happened<State, Event>(decision: Decision<State, Event>): { event: Event; state: State } {
  if (!decision.ok || decision.event === undefined)
    throw new Error(`nothing happened: ${JSON.stringify(decision)}`);
  return { event: decision.event, state: decision.state };
}

/** Something that may be asked of an aggregate. */
export type Command<State, Event> = (
  state: State | undefined,
  context: CommandContext,
) => Decision<State, Event>;

export interface History<State, Event> {
  readonly events: Event[];
  /** The state after each of the events. */
  readonly states: State[];
}

/** What comes of commands in this order: refused ones leave no trace, and what changes nothing leaves the state itself. */
export function run<State, Event>(commands: readonly Command<State, Event>[]): History<State, Event> {
  const history: History<State, Event> = { events: [], states: [] };
  commands.forEach((decide, index) => {
    const before = history.states.at(-1);
    const decision = decide(before, { ...context(0), eventId: `e-${index}`, time: new Date(index * 1000) });
    if (!decision.ok) return;
    if (decision.event === undefined) expect(decision.state).toBe(before);
    else {
      history.events.push(decision.event as Event);
      history.states.push(decision.state);
    }
  });
  return history;
}
