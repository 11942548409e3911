import type { LiveEvents, Overview } from '../../../src/contract/index.ts';
import { fetched, nothingYet, received, type LiveState } from './live-state.ts';

const card = (projection: string, context: string) => ({ projection, context }) as LiveEvents['card'];
const run = (runId: string, percent: number) =>
  ({ run: { runId }, progress: { known: true, value: { percent } } }) as LiveEvents['run'];

describe('what arrived', () => {
  it('keeps the newest of each thing, and the order in which things were first heard of', () => {
    let state = received(nothingYet, 'card', card('a', 'old'), 1_000);
    state = received(state, 'card', card('b', 'x'), 2_000);
    state = received(state, 'card', card('a', 'new'), 3_000);
    expect([...state.cards.values()]).toEqual([card('a', 'new'), card('b', 'x')]);
    state = received(received(state, 'run', run('r', 1), 4_000), 'run', run('r', 2), 5_000);
    expect([...state.runs.values()]).toEqual([run('r', 2)]);
  });

  it('changes nothing that was handed out before', () => {
    const before = received(nothingYet, 'card', card('a', 'x'), 1_000);
    received(before, 'card', card('b', 'x'), 2_000);
    expect([...before.cards.keys()]).toEqual(['a']);
  });

  it('counts as a sign of life, also where it is nothing else', () => {
    const lost = { ...nothingYet, connection: { state: 'lost', heardAt: 1_000 } } as const;
    const alive = { at: '2026-11-30T03:04:05.000Z', role: 'viewer' } as const;
    expect(received(lost, 'alive', alive, 9_000).connection).toEqual({
      state: 'open',
      heardAt: 9_000,
    });
  });

  it('knows how far the clock of the console is from this computer’s, unless that is what a message takes', () => {
    const heardAt = (now: number) =>
      received(nothingYet, 'alive', { at: '2026-11-30T03:00:00.000Z', role: 'viewer' }, now).aheadMs;
    const then = Date.parse('2026-11-30T03:00:00.000Z');
    expect([heardAt(then + 3_600_000), heardAt(then - 5_000), heardAt(then + 900)]).toEqual([
      -3_600_000, 5_000, 0,
    ]);
  });

  it('takes no sign of life that waited, as for a page that was hidden, for another clock', () => {
    const at = '2026-11-30T03:00:00.000Z';
    const alive = (state: LiveState, late: number) =>
      received(state, 'alive', { at, role: 'viewer' }, Date.parse(at) + late);
    const woken = [200, 60_000, 45_000].reduce(alive, nothingYet);
    expect(woken.aheadMs).toBe(0);
    // A clock that was set counts once what was heard before it is old.
    expect(Array.from({ length: 8 }, () => 60_000).reduce(alive, woken).aheadMs).toBe(-60_000);
  });

  it('drops a read model that a whole overview no longer has', () => {
    const overview = { readModels: [card('b', 'x')], writeSides: [], at: 'now' } as unknown as Overview;
    const state = fetched(received(nothingYet, 'card', card('a', 'x'), 1_000), overview, 2_000);
    expect([...state.cards.keys()]).toEqual(['b']);
    expect(state.head).toEqual({ at: 'now' });
  });

  it('drops every read model when nothing can be known of them, and keeps them when the overview has no such problem', () => {
    const overview = (problem: string | null) => ({ problem }) as LiveEvents['overview'];
    const known = received(nothingYet, 'card', card('a', 'x'), 1_000);
    expect(received(known, 'overview', overview(null), 2_000).cards.size).toBe(1);
    expect(received(known, 'overview', overview('The registry is away.'), 2_000)).toMatchObject({
      ...{ cards: new Map(), writeSides: new Map() },
      head: { problem: 'The registry is away.' },
    });
  });
});
