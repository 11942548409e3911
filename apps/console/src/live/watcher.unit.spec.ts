import { silentLogger } from '@reprise/runtime';
import { eventually } from '@reprise/test-kit';
import type { ActionResult, Overview, RunDetail } from '../contract/index.ts';
import { Channel } from './channel.ts';
import { Watcher, type Watched } from './watcher.ts';

const nothing = {
  ...{ at: '', servers: [], readModels: [], writeSides: [], problem: null },
} as unknown as Overview;
/** A run works. */
const busy = {
  ...nothing,
  readModels: [{ projection: 'product_search', running: { run: { runId: 'one' } } }],
} as unknown as Overview;

const channel = (): Channel => new Channel();
const made: Watcher[] = [];
const watcherOf = (watched: Partial<Watched>, to = channel(), everyMs = 1): Watcher => {
  const whole = {
    ...{ look: async () => nothing, run: async () => undefined, follow: async () => undefined },
    ...{ isWatched: () => true, ...watched },
  };
  const watcher = new Watcher(whole, to, { everyMs, cpuPercent: 50 }, silentLogger());
  made.push(watcher);
  return watcher;
};
// Also those of a test that failed: they would look for ever.
afterEach(() => made.splice(0).forEach((watcher) => void watcher.stop()));

describe('a look that takes long', () => {
  let seen: ((overview: Overview) => void)[];
  const look = () => new Promise<Overview>((resolve) => seen.push(resolve));
  beforeEach(() => (seen = []));

  it('is waited for by a watcher that is stopped, also where a request asked for it', async () => {
    const watcher = watcherOf({ look });
    const asked = watcher.overview();
    let isStopped = false;
    const stopped = watcher.stop().then(() => (isStopped = true));
    await new Promise(setImmediate);
    expect(isStopped).toBe(false);
    seen[0]!(nothing);
    await Promise.all([asked, stopped]);
  });

  it('serves everybody who asks meanwhile: none begins beside it, however old it is', async () => {
    // No look is ever young enough here to be answered with once it is over.
    const watcher = watcherOf({ look }, channel(), 0);
    const asked = [watcher.overview(), watcher.overview()];
    watcher.start();
    await new Promise(setImmediate);
    expect(seen).toHaveLength(1);
    seen[0]!(busy);
    expect(await Promise.all(asked)).toEqual([busy, busy]);
    // The loop looks for itself, once that one is over.
    await eventually(() => expect(seen).toHaveLength(2));
    const stopped = watcher.stop();
    seen[1]!(nothing);
    await stopped;
  });
});

describe('the end of an action', () => {
  const ended = { id: 'one', endedAt: '2026-12-01T06:00:00.000Z' } as ActionResult;
  const hour = 3_600_000;

  it('makes what was seen before it too old, however young that is', async () => {
    let looks = 0;
    const watcher = watcherOf({ look: async () => ((looks += 1), nothing) }, channel(), hour);
    await watcher.overview();
    await watcher.overview();
    expect(looks).toBe(1);
    watcher.publishAction({ ...ended, endedAt: null });
    await watcher.overview();
    expect(looks).toBe(1);
    watcher.publishAction(ended);
    await watcher.overview();
    expect(looks).toBe(2);
  });

  it('makes a look too old that began before it: whoever asks then waits for the next', async () => {
    const seen: ((overview: Overview) => void)[] = [];
    const look = () => new Promise<Overview>((resolve) => seen.push(resolve));
    const watcher = watcherOf({ look }, channel(), hour);
    const early = watcher.overview();
    watcher.publishAction(ended);
    const late = watcher.overview();
    seen[0]!(busy);
    expect(await early).toBe(busy);
    await new Promise(setImmediate);
    expect(seen).toHaveLength(2);
    seen[1]!(nothing);
    expect(await late).toBe(nothing);
  });
});

describe('runs that work', () => {
  const run = async (): Promise<RunDetail> => ({ run: { runId: 'one' } }) as RunDetail;
  const shown = (of: Channel): boolean => {
    for (let entry = of.next(0); entry; entry = of.next(entry.number))
      if (entry.text.includes('event: run\n')) return true;
    return false;
  };

  it('are shown while actions are being followed, however long what runs jobs takes to answer', async () => {
    const to = channel();
    let answer!: () => void;
    let asked = 0;
    const follow = (): Promise<void> => {
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    };
    let looks = 0;
    const watcher = watcherOf({ look: async () => ((looks += 1), busy), run, follow }, to);
    watcher.start();
    await eventually(() => expect(shown(to)).toBe(true));
    await eventually(() => expect(looks).toBeGreaterThan(2));
    expect(asked).toBe(1);
    const stopped = watcher.stop();
    answer();
    await stopped;
  });

  it('are shown also where actions cannot be followed at all', async () => {
    const to = channel();
    const follow = (): Promise<void> => Promise.reject(new Error('a test'));
    const watcher = watcherOf({ look: async () => busy, run, follow }, to);
    watcher.start();
    await eventually(() => expect(shown(to)).toBe(true));
    await watcher.stop();
  });
});
