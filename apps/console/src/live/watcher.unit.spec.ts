import { silentLogger } from '@reprise/runtime';
import type { Overview } from '../contract/index.ts';
import { Channel } from './channel.ts';
import { Watcher } from './watcher.ts';

it('a watcher that is stopped waits for the look that a request asked for', async () => {
  let seen!: (overview: Overview) => void;
  const look = () => new Promise<Overview>((resolve) => (seen = resolve));
  const watched = { look, run: async () => undefined, follow: async () => [], isWatched: () => false };
  const watcher = new Watcher(watched, new Channel(), { everyMs: 250, cpuPercent: 4 }, silentLogger());
  const asked = watcher.overview();
  let isStopped = false;
  const stopped = watcher.stop().then(() => (isStopped = true));
  await new Promise(setImmediate);
  expect(isStopped).toBe(false);
  seen({ at: '', servers: [], readModels: [], writeSides: [], problem: null } as unknown as Overview);
  await Promise.all([asked, stopped]);
});
