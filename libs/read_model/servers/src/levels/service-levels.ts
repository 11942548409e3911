import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@reprise/runtime';
import { Gauge, type Registry } from 'prom-client';
import type { ReadModels } from '../open-read-models.ts';
import { gatherLevels } from './gather-levels.ts';
import { levelDefinitions, type Level, type LevelName } from './level-definitions.ts';

/** How long one answer is good for, in milliseconds. */
const freshForMs = 15_000;
/** How long a scrape waits for a new one. */
const patienceMs = 5_000;

/**
 * Gauges of what readers are served and of what operators have to do about it, from the registry, the stores and the logs: the same
 * from every process that has them, also while no consumer and no job is running. They are looked at when they are read, at most
 * every 15 s, and so seldom that it takes at most a twentieth of the time. What is not known has no value; nothing has while the
 * registry does not answer.
 *
 * @param readModels stay the caller's to close
 */
export function registerServiceLevels(metrics: Registry, readModels: ReadModels, logger: Logger): void {
  const gather = (): Promise<readonly Level[]> => gatherLevels(readModels);
  new ServiceLevels(metrics, gather, logger);
}

/** The gauges, filled by whatever gathers their values. */
export class ServiceLevels {
  readonly #gauges: ReadonlyMap<LevelName, Gauge>;
  readonly #gather: () => Promise<readonly Level[]>;
  readonly #logger: Logger;
  readonly #clock: () => number;
  #measuring: Promise<void> | undefined;
  #nextAt = 0;

  /** @param clock monotonic milliseconds */
  constructor(
    metrics: Registry,
    gather: () => Promise<readonly Level[]>,
    logger: Logger,
    clock: () => number = () => performance.now(),
  ) {
    this.#gather = gather;
    this.#logger = logger;
    this.#clock = clock;
    const collect = (): Promise<void> => this.#collect();
    this.#gauges = new Map(
      (Object.keys(levelDefinitions) as LevelName[]).map((name) => {
        const { help, labels } = levelDefinitions[name];
        return [name, new Gauge({ name, help, labelNames: [...labels], registers: [metrics], collect })];
      }),
    );
  }

  async #collect(): Promise<void> {
    if (this.#clock() >= this.#nextAt)
      this.#measuring ??= this.#measure().finally(() => (this.#measuring = undefined));
    if (this.#measuring === undefined) return;
    const patience = new AbortController();
    const waited = delay(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([waited, this.#measuring]);
    patience.abort();
  }

  async #measure(): Promise<void> {
    const startedAt = this.#clock();
    let levels: readonly Level[] = [];
    try {
      levels = await this.#gather();
    } catch (error) {
      this.#logger.warn({ err: error }, 'the service levels are not known; their metrics have no values');
    }
    for (const gauge of this.#gauges.values()) gauge.reset();
    for (const { name, labels, value } of levels) this.#gauges.get(name)!.set({ ...labels }, value);
    const endedAt = this.#clock();
    this.#nextAt = endedAt + Math.max(freshForMs, 20 * (endedAt - startedAt));
  }
}
