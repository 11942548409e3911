import { describeTopic, timesOfNext, type KafkaConnection, type LiveFeed } from '@reprise/read-model-feed';
import { lagByPartition } from '@reprise/read-model-status';
import type { Logger } from '@reprise/runtime';
import { Gauge, type Registry } from 'prom-client';

export interface FollowedLag {
  readonly context: string;
  readonly kafka: KafkaConnection;
  readonly topic: string;
  readonly feed: Pick<LiveFeed, 'fed'>;
  /** Partitions this process holds now: those of others are theirs to report. */
  readonly assigned: () => readonly number[];
  readonly logger: Logger;
}

const labelNames = ['context', 'projection', 'generation', 'partition'] as const;
type LagGauge = Gauge<(typeof labelNames)[number]>;
type Labels = Record<(typeof labelNames)[number], string | number>;

/**
 * Gauges of how far each generation this process feeds is behind the end of its log, by partition. The log is asked when they
 * are read, at most every 5 s, so that they rise while a partition stands still. While Kafka does not answer, the
 * last values stay.
 */
export class LagMetrics {
  readonly #events: LagGauge;
  readonly #seconds: LagGauge;
  readonly #followed = new Set<() => Promise<void>>();

  constructor(registry: Registry) {
    const measured = async (): Promise<void> =>
      void (await Promise.all([...this.#followed].map((measure) => measure())));
    const gauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames, registers: [registry], collect: measured });
    this.#events = gauge('feed_lag_events', 'Records of the log that a fed generation does not yet hold');
    this.#seconds = gauge(
      'feed_lag_seconds',
      'Age of the oldest record that a fed generation does not yet hold',
    );
  }

  /** Measures the feed of a context as well, until the function it returns is called. */
  follow(input: FollowedLag): () => void {
    let measuring: Promise<void> | undefined;
    let nextAt = 0;
    let shown: readonly Labels[] = [];
    const forget = (): void => {
      for (const labels of shown) for (const gauge of [this.#events, this.#seconds]) gauge.remove(labels);
      shown = [];
    };
    const measure = async (): Promise<void> => {
      try {
        const lags = await lagsOf(input);
        if (!this.#followed.has(measured)) return;
        forget();
        shown = lags.map(({ labels }) => labels);
        for (const { labels, events, ms } of lags) {
          this.#events.set(labels, events);
          if (ms !== null) this.#seconds.set(labels, ms / 1_000);
        }
      } catch (error) {
        input.logger.warn({ err: error }, 'could not measure the lag; its metrics keep their last values');
      }
    };
    const measured = async (): Promise<void> => {
      if (performance.now() < nextAt) return;
      measuring ??= measure().finally(() => {
        nextAt = performance.now() + 5_000;
        measuring = undefined;
      });
      await measuring;
    };
    this.#followed.add(measured);
    return () => {
      this.#followed.delete(measured);
      forget();
    };
  }
}

interface Lag {
  readonly labels: Labels;
  readonly events: number;
  readonly ms: number | null;
}

async function lagsOf({ context, kafka, topic: name, feed, assigned }: FollowedLag): Promise<Lag[]> {
  const topic = await describeTopic(kafka, name, { withinMs: 3_000 });
  const fed = feed.fed.map(({ generation, positions }) => ({ generation, positions: new Map(positions) }));
  const times = await Promise.all(fed.map(({ positions }) => timesOfNext(kafka, topic, positions)));
  const own = new Set(assigned());
  return fed.flatMap(({ generation, positions }, index) =>
    [...lagByPartition(topic, positions, times[index]!, Date.now())]
      .filter(([partition]) => own.has(partition))
      .map(([partition, { events, ms }]) => ({
        labels: { context, projection: generation.projection, generation: generation.name, partition },
        events: Number(events),
        ms,
      })),
  );
}
