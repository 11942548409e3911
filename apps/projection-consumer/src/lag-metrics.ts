import { describeTopic, timesOfNext, type KafkaConnection, type LiveFeed } from '@reprise/read-model-feed';
import { lagByPartition } from '@reprise/read-model-status';
import type { Logger } from '@reprise/runtime';
import { Gauge, type Registry } from 'prom-client';

export interface LagMetricsInput {
  readonly kafka: KafkaConnection;
  readonly topic: string;
  readonly feed: Pick<LiveFeed, 'fed'>;
  /** Partitions this process holds now: those of others are theirs to report. */
  readonly assigned: () => readonly number[];
  readonly logger: Logger;
}

const labelNames = ['projection', 'generation', 'partition'] as const;

/**
 * Gauges of how far each generation this process feeds is behind the end of the log, by partition. The log is asked when they
 * are read, at most every 5 s, so that they rise while a partition stands still. While Kafka does not answer, the
 * last values stay.
 */
export function registerLag(registry: Registry, input: LagMetricsInput): void {
  let measuring: Promise<void> | undefined;
  let nextAt = 0;
  const measured = async (): Promise<void> => {
    if (performance.now() < nextAt) return;
    measuring ??= measure(input, events, seconds).finally(() => {
      nextAt = performance.now() + 5_000;
      measuring = undefined;
    });
    await measuring;
  };
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames, registers: [registry], collect: measured });
  const events = gauge('feed_lag_events', 'Records of the log that a fed generation does not yet hold');
  const seconds = gauge(
    'feed_lag_seconds',
    'Age of the oldest record that a fed generation does not yet hold',
  );
}

type LagGauge = Gauge<(typeof labelNames)[number]>;

async function measure(
  { kafka, topic: name, feed, assigned, logger }: LagMetricsInput,
  events: LagGauge,
  seconds: LagGauge,
): Promise<void> {
  try {
    const topic = await describeTopic(kafka, name, 3_000);
    const fed = feed.fed.map(({ generation, positions }) => ({ generation, positions: new Map(positions) }));
    const times = await Promise.all(fed.map(({ positions }) => timesOfNext(kafka, topic, positions)));
    const own = new Set(assigned());
    events.reset();
    seconds.reset();
    for (const [index, { generation, positions }] of fed.entries()) {
      for (const [partition, lag] of lagByPartition(topic, positions, times[index]!, Date.now())) {
        if (!own.has(partition)) continue;
        const labels = { projection: generation.projection, generation: generation.name, partition };
        events.set(labels, Number(lag.events));
        if (lag.ms !== null) seconds.set(labels, lag.ms / 1_000);
      }
    }
  } catch (error) {
    logger.warn({ err: error }, 'could not measure the lag; its metrics keep their last values');
  }
}
