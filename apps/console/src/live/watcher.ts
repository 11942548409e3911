import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@reprise/runtime';
import type { ActionResult, Overview, RunDetail } from '../contract/index.ts';
import type { Channel } from './channel.ts';
import { pauseAfter, type Pace } from './pause.ts';

export interface Watched {
  readonly look: () => Promise<Overview>;
  /** A run whole; undefined where the registry has none of that id. */
  readonly run: (runId: string) => Promise<RunDetail | undefined>;
  /** Follows the actions that are under way; those that change are published by `publishAction`. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
  readonly isWatched: () => boolean;
}

/** Looks at everything every while, once for all who look at the console, and publishes what it sees. */
export class Watcher {
  readonly #watched: Watched;
  readonly #channel: Channel;
  readonly #logger: Logger;
  readonly #pace: Pace;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  /** The look that is under way: never two beside each other, whoever asks. */
  #looking: { readonly ends: number; readonly overview: Promise<Overview> } | undefined;
  #newest: { readonly at: number; readonly overview: Overview } | undefined;
  #following: Promise<void> | undefined;
  /** How many actions ended: what was seen before the last one did is not what is now. */
  #ends = 0;
  #running = new Set<string>();
  #looping: Promise<void> = Promise.resolve();

  constructor(watched: Watched, channel: Channel, pace: Pace, logger: Logger) {
    this.#watched = watched;
    this.#channel = channel;
    this.#pace = pace;
    this.#logger = logger;
  }

  start(): void {
    this.#looping = this.#loop();
  }

  /** Ends after the looks that are under way, also one that a request asked for: the connections they use are closed next. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looping;
    await Promise.allSettled([this.#looking?.overview, this.#following]);
  }

  /** Looks again at once. */
  wake(): void {
    this.#wake.abort();
  }

  /** What was last seen, unless that is older than a look should be, or an action ended since; else what is seen next. */
  async overview(): Promise<Overview> {
    const newest = this.#newest;
    if (newest && performance.now() - newest.at < this.#pace.everyMs) return newest.overview;
    const looking = this.#looking;
    if (looking && looking.ends !== this.#ends) {
      await looking.overview.catch(() => undefined);
      return this.overview();
    }
    this.#looking ??= {
      ends: this.#ends,
      overview: this.#seen().finally(() => (this.#looking = undefined)),
    };
    return this.#looking.overview;
  }

  publishAction(action: ActionResult): void {
    this.#channel.publish('action', action.id, action);
    if (action.endedAt === null) return;
    this.#ends += 1;
    this.#newest = undefined;
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // Of the whole process: answering browsers meanwhile is part of what following costs.
      const before = process.cpuUsage();
      try {
        await this.#look();
      } catch (error) {
        // What is wrong with a server stands in the overview; this is anything else, and the next look may pass.
        this.#logger.error({ err: error }, 'the console could not look at everything');
      }
      const { user, system } = process.cpuUsage(before);
      const pauseMs = pauseAfter((user + system) / 1_000, this.#pace, this.#watched.isWatched());
      const signal = AbortSignal.any([this.#stop.signal, this.#wake.signal]);
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      this.#wake = new AbortController();
    }
  }

  async #seen(): Promise<Overview> {
    const [at, ends] = [performance.now(), this.#ends];
    const overview = await this.#watched.look();
    if (ends === this.#ends) this.#newest = { at, overview };
    return overview;
  }

  /** Beside the looks, one at a time: what runs jobs may take long to answer, and readers of the stream are not to wait for it. */
  #follow(): Promise<void> {
    return (this.#following ??= this.#watched
      .follow(this.#stop.signal)
      .catch((error: unknown) => this.#logger.error({ err: error }, 'the console could not follow actions'))
      .finally(() => (this.#following = undefined)));
  }

  async #look(): Promise<void> {
    // What a request saw may be from before what woke the loop.
    await this.#looking?.overview.catch(() => undefined);
    if (this.#stop.signal.aborted) return;
    this.#newest = undefined;
    const { readModels, writeSides, ...rest } = await this.overview();
    this.#channel.publish('overview', '', rest);
    if (rest.problem !== null) {
      // All of them are sent again once they are known, also those that say what they said before.
      for (const name of ['card', 'write-side'] as const) this.#channel.forget(name);
      return;
    }
    for (const card of readModels) this.#channel.publish('card', card.projection, card);
    for (const side of writeSides) this.#channel.publish('write-side', side.context, side);
    const followed = this.#follow();
    // One that has ended since is shown once more, with its end.
    const running = new Set(readModels.flatMap((card) => card.running?.run.runId ?? []));
    for (const runId of new Set([...running, ...this.#running])) {
      const detail = await this.#watched.run(runId);
      if (!detail) continue;
      const { receipt: _, action: __, ...run } = detail;
      this.#channel.publish('run', runId, run);
    }
    this.#running = running;
    // What following costs counts in the pause after this look, unless it takes longer than one should.
    const patience = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, patience.signal]);
    await Promise.race([followed, delay(this.#pace.everyMs, undefined, { signal }).catch(() => undefined)]);
    patience.abort();
  }
}
