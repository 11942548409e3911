import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@reprise/runtime';
import type { FeedHealth } from '../health/feed-health.ts';
import { TopicReplaced } from './errors.ts';
import type { FedLog } from './fed-log.ts';
import { copied, outsideLog, type Fed } from './outside-log.ts';

export interface LogCheckInput {
  readonly log: FedLog;
  readonly feed: { readonly fed: Fed };
  /** Partitions this process holds now. */
  readonly assigned: () => readonly number[];
  readonly health: Pick<FeedHealth, 'failing' | 'recovered'>;
  readonly logger: Logger;
  /** How often it is looked at, and how often while something is wrong; a minute and 5 s where they are left out. */
  readonly everyMs?: { readonly well: number; readonly wrong: number };
}

/**
 * Notices that positions are no longer positions in the log: its topic was created again, it lost its end, or retention took what is
 * needed next. A fetch shows none of that: it begins wherever the log begins, and an emptied partition is silent. The
 * log is asked when partitions are assigned and once a minute; a batch costs a comparison of numbers.
 */
export class LogCheck {
  readonly #input: LogCheckInput;
  #faults: ReadonlyMap<number, Error> = new Map();
  #looking: Promise<void> = Promise.resolve();

  constructor(input: LogCheckInput) {
    this.#input = input;
  }

  /**
   * Refuses a batch of a partition in which something is wrong. The log is asked only if a generation stands beyond the end it had
   * when the batch was fetched, which may be because the batch is old.
   *
   * @throws the reason; DependencyError when Kafka has to be asked and is away
   */
  async assertFits(partition: number, end: bigint): Promise<void> {
    if (!this.#faults.has(partition)) {
      const { fed } = this.#input.feed;
      if (fed.every(({ positions }) => (positions.get(partition) ?? 0n) <= end)) return;
      await this.look();
    }
    const fault = this.#faults.get(partition);
    if (fault) throw fault;
  }

  /** Asks for the log and compares. Looks take turns. @throws TopicMissing; DependencyError when Kafka is away */
  look(): Promise<void> {
    const looked = this.#looking.then(async () => this.#found(await this.#compare()));
    this.#looking = looked.catch(() => undefined);
    return looked;
  }

  /** Like `look`; a Kafka that does not answer is asked again later. */
  async lookIfPossible(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.#input.logger.warn(
        { err: error },
        'positions could not be compared with the log; trying again later',
      );
    }
  }

  /** Looks again and again until the signal aborts. */
  async keepLooking(signal: AbortSignal): Promise<void> {
    const { well, wrong } = this.#input.everyMs ?? { well: 60_000, wrong: 5_000 };
    while (!signal.aborted) {
      const ms = this.#faults.size > 0 ? wrong : well;
      await delay(ms, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.lookIfPossible();
    }
  }

  async #compare(): Promise<Map<number, Error>> {
    const { log, feed, assigned } = this.#input;
    const before = copied(feed.fed);
    try {
      const topic = await log.now();
      return outsideLog({ topic, before, after: feed.fed, partitions: assigned(), remedy: log.remedy });
    } catch (error) {
      if (!(error instanceof TopicReplaced)) throw error;
      return new Map(assigned().map((partition) => [partition, error]));
    }
  }

  #found(faults: ReadonlyMap<number, Error>): void {
    const { health, logger } = this.#input;
    const earlier = this.#faults;
    this.#faults = faults;
    for (const partition of earlier.keys()) if (!faults.has(partition)) health.recovered(partition);
    for (const [partition, error] of faults) {
      health.failing(partition, error);
      if (earlier.get(partition)?.message !== error.message)
        logger.error({ err: error, partition }, 'positions do not fit the log; the partition stands still');
    }
  }
}
