import { setTimeout as delay } from 'node:timers/promises';
import type { LiveFeed } from '@reprise/read-model-feed';
import type { Generation, Registry } from '@reprise/read-model-indices';
import type { Logger } from '@reprise/runtime';

export interface AttachmentsInput {
  readonly feederId: string;
  readonly registry: Registry;
  readonly feed: LiveFeed;
  readonly assigned: () => readonly number[];
  readonly logger: Logger;
}

const beatMs = 1_000;

/**
 * What this process announces in the registry that it feeds, with its signs of life. A cutover relies on it: a generation is announced only
 * once no batch is under way without it (see `LiveFeed.refresh`), and withdrawn before one goes past it.
 */
export class Attachments {
  readonly #input: AttachmentsInput;
  #announced: ReadonlySet<string> = new Set<string>();
  #beating: Promise<void> = Promise.resolve();

  constructor(input: AttachmentsInput) {
    this.#input = input;
  }

  /** Announces what `LiveFeed.refresh` resolved to, as far as it is still fed. */
  announce(generations: readonly Generation[]): Promise<void> {
    const fed = new Set(this.#input.feed.generations.map(({ uuid }) => uuid));
    this.#announced = new Set(generations.map(({ uuid }) => uuid).filter((uuid) => fed.has(uuid)));
    return this.#beat();
  }

  /** Announces that a generation is not fed any more. */
  letGoOf({ uuid }: Generation): Promise<void> {
    this.#announced = new Set([...this.#announced].filter((announced) => announced !== uuid));
    return this.#beat();
  }

  /** Says again what was announced last, every second, until the signal aborts. */
  async keepAnnouncing(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(beatMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#beat();
      } catch (error) {
        // Without a sign of life this feeder soon counts as gone, and nobody waits for it.
        this.#input.logger.warn({ err: error }, 'could not record a sign of life; retrying');
      }
    }
  }

  /** Takes this feeder out, so that nobody waits for it. Call it when nothing is fed any more. */
  async withdraw(): Promise<void> {
    await this.#beating.catch(() => undefined);
    await this.#input.registry.removeFeeder(this.#input.feederId);
  }

  /** Beats take turns, so that an older one never replaces a newer one. */
  #beat(): Promise<void> {
    const { registry, feederId, assigned } = this.#input;
    const beaten = this.#beating
      .catch(() => undefined)
      .then(() => {
        const partitions = assigned();
        const held = [...this.#announced].map((generation) => ({ generation, partitions }));
        return registry.beat(feederId, held);
      });
    this.#beating = beaten;
    beaten.catch(() => undefined);
    return beaten;
  }
}
