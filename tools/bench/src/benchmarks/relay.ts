import { readConfiguration } from '@reprise/runtime';
import { Client } from 'pg';
import type { LogOptions } from '../options.ts';
import { aimLine, comparisonTable, rateOf, type Compared } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { times, whole } from '../report/table.ts';
import { lookUntil } from '../servers/look-until.ts';
import { openPipeline, ownTopic, type Pipeline } from '../servers/pipeline.ts';
import { recordsIn, workloadOf } from '../servers/topic.ts';
import { inSession, type BenchmarkRun } from '../session.ts';

const aimPerSecond = 25_000;
const warmUpEvents = 20_000;

/**
 * Has the relay drain a filled outbox into an empty topic, beside a bare producer that has the same messages in memory.
 * @throws Error when the topic does not hold every event once and in order afterwards, or one is not marked as published
 */
export function benchmarkRelay(options: LogOptions, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const log = workloadOf(options);
    const pipeline = await openPipeline(session, options);
    run.progress(`Filling an outbox with ${log.events} events.`);
    await session.run('fill-store', log, '', { writeDatabaseUrl: pipeline.writeDatabaseUrl });
    if (log.events > warmUpEvents) {
      const events = warmUpEvents;
      const topic = await ownTopic(session, 'warm_up', options.partitions);
      await session.run('producer', { ...log, events, products: Math.min(events, log.products), topic });
    }
    run.print(`${describeMachine()} before the relay\n`);

    const [drained] = await Promise.all([drain(pipeline, log.events), pipeline.start('outbox-relay')]);
    run.progress(`relay: ${drained.toFixed(2)} s (${describeLoad()})`);
    await session.run('fold', { ...log, topic: pipeline.topic });
    const rawTopic = await ownTopic(session, 'raw', options.partitions);
    const { measurement, peakBytes } = await session.run('producer', { ...log, topic: rawTopic });

    const count = log.events;
    const raw: Compared = { title: 'raw producer', seconds: measurement.seconds, count, peakBytes };
    const relay: Compared = { title: 'relay', seconds: drained, count };
    run.print(comparisonTable([raw, relay], raw, 'events'));
    run.print('');
    run.print(
      aimLine(
        `the relay drains ${whole(rateOf(relay))} events/s (aim: at least ${whole(aimPerSecond)}) and takes ` +
          `${times(relay.seconds / raw.seconds)} the time of the raw producer`,
        rateOf(relay) >= aimPerSecond,
      ),
    );
    run.print(
      'checked every event is in the topic once and in the order of its product, and marked as published',
    );
  });
}

interface Queue {
  readonly now: number;
  readonly unpublished: number;
  readonly last: number | null;
}

/** All on the clock of the database, in milliseconds. */
const queueSql = `
  SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now, count(*) AS unpublished, NULL AS last
  FROM outbox_events WHERE NOT processed`;
const clockSql =
  'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now, -1 AS unpublished, NULL AS last';
const endSql = `
  SELECT 0 AS now, count(*) FILTER (WHERE NOT processed) AS unpublished,
    extract(epoch FROM max(processed_at)) * 1000 AS last
  FROM outbox_events`;

/** Seconds from the last look at which nothing was published to the mark of the last message. */
async function drain({ topic, writeDatabaseUrl, signal }: Pipeline, events: number): Promise<number> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const client = new Client({ connectionString: writeDatabaseUrl });
  await client.connect();
  const ask = async (sql: string): Promise<Queue> => {
    const { rows } = await client.query<Record<keyof Queue, string | null>>(sql);
    const { now, unpublished, last } = rows[0]!;
    return { now: Number(now), unpublished: Number(unpublished), last: last === null ? null : Number(last) };
  };
  try {
    let begun = 0;
    const look = async (): Promise<number> => {
      const { now } = await ask(clockSql);
      const published = await recordsIn(kafka, topic);
      if (published === 0) begun = now;
      return published;
    };
    await lookUntil({ until: 'the relay publishes', look, done: (published) => published > 0, signal });
    await lookUntil({
      until: 'every event is published',
      look: () => recordsIn(kafka, topic),
      done: (published) => published >= events,
      signal,
      everyMs: 250,
    });
    await lookUntil({
      until: 'every event is marked as published',
      look: () => ask(queueSql),
      done: ({ unpublished }) => unpublished === 0,
      signal,
    });
    const { unpublished, last } = await ask(endSql);
    if (unpublished > 0 || last === null)
      throw new Error(`${unpublished} of ${events} events are unpublished.`);
    return (last - begun) / 1000;
  } finally {
    await client.end();
  }
}
