import type { LiveEventName, LiveEvents, Overview } from '../../../src/contract/index.ts';

export interface Connection {
  readonly state: 'connecting' | 'open' | 'lost';
  /** Milliseconds since 1970 of the last thing that arrived; undefined before. */
  readonly heardAt: number | undefined;
}

/** Everything that arrived, the newest of each. */
export interface LiveState {
  readonly connection: Connection;
  /** How far the console's clock is ahead of this computer's, in milliseconds: ages are by the console's. 0 until it is known. */
  readonly aheadMs: number;
  /** The same as the last signs of life had it, each too low by the time that it took to come. */
  readonly aheadBy: readonly number[];
  /** Why the first screen could not be fetched; undefined once anything of it arrived. */
  readonly problem: string | undefined;
  readonly head: LiveEvents['overview'] | undefined;
  readonly cards: ReadonlyMap<string, LiveEvents['card']>;
  readonly writeSides: ReadonlyMap<string, LiveEvents['write-side']>;
  readonly runs: ReadonlyMap<string, LiveEvents['run']>;
  readonly actions: ReadonlyMap<string, LiveEvents['action']>;
}

export const nothingYet: LiveState = {
  connection: { state: 'connecting', heardAt: undefined },
  aheadMs: 0,
  aheadBy: [],
  problem: undefined,
  head: undefined,
  cards: new Map(),
  writeSides: new Map(),
  runs: new Map(),
  actions: new Map(),
};

/** What is not known while the registry is away: what was known before would look like what is. */
const nothingKnown: Pick<LiveState, 'cards' | 'writeSides'> = { cards: new Map(), writeSides: new Map() };

/** The state after one event, which replaces every earlier one of its name and key. @param now milliseconds since 1970 */
export function received<N extends LiveEventName>(
  state: LiveState,
  name: N,
  data: LiveEvents[N],
  now: number,
): LiveState {
  const heard: LiveState = { ...state, connection: { state: 'open', heardAt: now } };
  const event = { name, data } as { [K in LiveEventName]: { name: K; data: LiveEvents[K] } }[LiveEventName];
  switch (event.name) {
    case 'overview':
      return {
        ...heard,
        ...(event.data.problem !== null && nothingKnown),
        problem: undefined,
        head: event.data,
      };
    case 'card':
      return { ...heard, cards: put(state.cards, event.data.projection, event.data) };
    case 'write-side':
      return { ...heard, writeSides: put(state.writeSides, event.data.context, event.data) };
    case 'run':
      return { ...heard, runs: put(state.runs, event.data.run.runId, event.data) };
    case 'action':
      return { ...heard, actions: put(state.actions, event.data.id, event.data) };
    case 'alive':
      return { ...heard, ...aheadOf(state.aheadBy, Date.parse(event.data.at) - now) };
  }
}

/** Clocks that are as far apart as this are taken for the same: what was sent took as long to come. */
const apartMs = 2_000;

/** Signs of life that are compared: those of two minutes. */
const compared = 8;

/** By the sign of life that came fastest: a page that was hidden takes late what waited for it. */
function aheadOf(before: readonly number[], by: number): Pick<LiveState, 'aheadMs' | 'aheadBy'> {
  const aheadBy = [...before, by].slice(-compared);
  const ahead = Math.max(...aheadBy);
  return { aheadMs: Math.abs(ahead) < apartMs ? 0 : ahead, aheadBy };
}

/** The state after the first screen was fetched, which comes sooner than the stream. */
export function fetched(
  state: LiveState,
  { readModels, writeSides, ...head }: Overview,
  now: number,
): LiveState {
  return {
    ...state,
    connection: { ...state.connection, heardAt: now },
    problem: undefined,
    head,
    cards: new Map(readModels.map((card) => [card.projection, card])),
    writeSides: new Map(writeSides.map((side) => [side.context, side])),
  };
}

function put<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}
