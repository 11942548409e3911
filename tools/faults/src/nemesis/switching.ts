import { setTimeout as delay } from 'node:timers/promises';
import type { AppProcess } from '../cluster/app-process.ts';
import type { World } from '../cluster/world.ts';
import type { Random } from '../traffic/random.ts';
import type { Ongoing } from '../waiting.ts';
import type { History } from './history.ts';

export interface Switching {
  /** How often each verb ended with each exit code or signal. */
  readonly endings: Readonly<Record<string, number>>;
  /** Verbs that ended with 0, each of which has moved readers. */
  readonly succeeded: number;
}

/** Of so many jobs one may be killed. The others meet every fault of servers and networks, and mostly get through. */
const killableEvery = 4;

/** Rebuilds and rolls back, again and again, whatever comes of it. */
export function keepSwitching(
  world: World,
  env: Readonly<Record<string, string>>,
  random: Random,
  history: History,
): Ongoing<Switching> & { readonly fairGame: () => AppProcess | undefined } {
  const endings: Record<string, number> = {};
  const stopping = new AbortController();
  let job: AppProcess | undefined;
  let [started, succeeded] = [0, 0];
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const verb = random.chance(0.7) ? 'rebuild' : 'rollback';
      started += 1;
      job = world.start('rebuild-job', { env, args: [verb, '--projection', 'product_search'] });
      const { code, signal } = await job.exit(600_000);
      if (code === 0) succeeded += 1;
      const ending = `${verb} ${signal ?? code}`;
      endings[ending] = (endings[ending] ?? 0) + 1;
      history.add('job ended', { ending, ...(code !== 0 && { last: job.lines.slice(-4) }) });
      job = undefined;
      await delay(500 + random.below(2_000), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  running.catch(() => undefined);
  return {
    fairGame: () => (started % killableEvery === 0 ? job : undefined),
    async stop() {
      stopping.abort();
      await running;
      return { endings, succeeded };
    },
  };
}
