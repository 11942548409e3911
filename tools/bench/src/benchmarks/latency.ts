import { lookById, lookBySearch } from '../latency/index-looks.ts';
import { readCommits } from '../latency/commits.ts';
import { observe, writeKey, type Sightings } from '../latency/sightings.ts';
import { writeSteadily, type AcknowledgedWrite } from '../latency/steady-writes.ts';
import type { BenchOptions } from '../options.ts';
import { aimLine } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { percentile } from '../report/percentiles.ts';
import { markdownTable, times, whole } from '../report/table.ts';
import { openPipeline, type Pipeline } from '../servers/pipeline.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, type BenchmarkRun, type Session } from '../session.ts';
import { inTurns } from './turns.ts';

type LatencyOptions = Pick<BenchOptions, 'rate' | 'seconds' | 'products' | 'partitions'>;

const aims = { p50: 60, p99: 250 };
/** Seconds of writes before the measured ones, at most. */
const warmUpSeconds = 5;
/** How often it is measured with credentials, and how often without. */
const rounds = 2;

/**
 * Writes over HTTP at a steady rate while API, relay and consumer run, and measures how long each write takes from its commit to
 * the index, by id and in searches.
 * @throws Error when one write is refused, is not stored or never shows up
 */
export function benchmarkLatency(options: LatencyOptions, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const { rate: perSecond, seconds } = options;
    const pipeline = await openPipeline(session, options);
    const [{ origin }] = await Promise.all([
      pipeline.start('product-api'),
      pipeline.start('outbox-relay'),
      pipeline.start('projection-consumer'),
    ]);
    const open = await pipeline.start('product-api', { AUTH: 'none', HTTP_HOST: '127.0.0.1' });
    const productIds = await createProducts(session, pipeline, origin, options);
    const writing = { productIds, perSecond, signal: pipeline.signal };
    run.progress('Warming the pipeline up.');
    for (const at of [origin, open.origin])
      await measured(session, pipeline, {
        ...writing,
        origin: at,
        seconds: Math.min(warmUpSeconds, seconds),
      });
    run.print(
      `${describeMachine()} before the writes, ${perSecond} writes/s for ${seconds} s, ${2 * rounds} times\n`,
    );

    const measuring = (at: string) => () => measured(session, pipeline, { ...writing, origin: at, seconds });
    const { first: closed, second: opened } = await inTurns(
      rounds,
      measuring(origin),
      measuring(open.origin),
    );
    const commits = await readCommits(pipeline.writeDatabaseUrl);
    const after = (at: 'byId' | 'bySearch'): number[] =>
      closed.flatMap(({ writes, ...sightings }) =>
        writes.map(({ productId, version }) => {
          const key = writeKey(productId, version);
          const [committed, seen] = [commits.at.get(key), sightings[at].get(key)];
          if (committed === undefined || seen === undefined)
            throw new Error(`Version ${version} of ${productId} was acknowledged, but not stored and seen.`);
          return seen - committed;
        }),
      );
    report(
      {
        answers: answersOf(closed),
        openAnswers: answersOf(opened),
        byId: after('byId'),
        bySearch: after('bySearch'),
      },
      Math.min(...closed.map(({ sentPerSecond }) => sentPerSecond)),
      run,
    );
  });
}

function answersOf(measurements: readonly Measured[]): number[] {
  return measurements.flatMap(({ writes }) => writes.map(({ answeredAfter }) => answeredAfter));
}

async function createProducts(
  session: Session,
  pipeline: Pipeline,
  origin: string,
  { products, partitions }: LatencyOptions,
): Promise<readonly string[]> {
  const log = workloadOf({ events: products, products, partitions });
  await session.run('api-writer', log, '', { origin, concurrency: 8 });
  const { productIds } = await readCommits(pipeline.writeDatabaseUrl);
  const observation = observe({
    look: lookById(session.client, pipeline.searchAlias),
    everyMs: 100,
    signal: pipeline.signal,
  });
  for (const id of productIds) observation.expect(id, 1);
  await observation.end();
  return productIds;
}

interface Measured {
  readonly writes: readonly AcknowledgedWrite[];
  readonly sentPerSecond: number;
  readonly byId: Sightings;
  readonly bySearch: Sightings;
}

async function measured(
  { client }: Session,
  { searchAlias, signal }: Pipeline,
  writing: Parameters<typeof writeSteadily>[0],
): Promise<Measured> {
  const byId = observe({ look: lookById(client, searchAlias), everyMs: 5, signal });
  const bySearch = observe({ look: lookBySearch(client, searchAlias), everyMs: 25, signal });
  const { writes, sentPerSecond } = await writeSteadily({
    ...writing,
    onWrite: ({ productId, version }) => {
      byId.expect(productId, version);
      bySearch.expect(productId, version);
    },
  });
  const [seenById, seenBySearch] = await Promise.all([byId.end(), bySearch.end()]);
  return { writes, sentPerSecond, byId: seenById, bySearch: seenBySearch };
}

type Latencies = Readonly<Record<'answers' | 'openAnswers' | 'byId' | 'bySearch', readonly number[]>>;

function report(
  { answers, openAnswers, byId, bySearch }: Latencies,
  sentPerSecond: number,
  { print }: BenchmarkRun,
): void {
  const baseline = percentile(answers, 0.5);
  const line = (title: string, values: readonly number[]): string[] => [
    title,
    whole(values.length),
    ...[0.5, 0.99, 1].map((share) => percentile(values, share).toFixed(1)),
    times(percentile(values, 0.5) / baseline),
  ];
  const head = ['latency', 'writes', 'p50 ms', 'p99 ms', 'max ms', 'p50 / answer'];
  const lines = [
    line('request to answer of the API', answers),
    line('the same with AUTH=none', openAnswers),
    line('commit to index, by id', byId),
    line('commit to index, by search', bySearch),
  ];
  print(markdownTable(head, lines));
  print('');
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const value = percentile(byId, share);
    print(
      aimLine(
        `commit to index by id: ${name} ${value.toFixed(1)} ms (aim: below ${aims[name]} ms)`,
        value < aims[name],
      ),
    );
  }
  const slower = percentile(answers, 0.99) - percentile(openAnswers, 0.99);
  print(
    aimLine(
      `credentials and limits add ${slower.toFixed(1)} ms to the p99 of an answer (aim: at most 10 ms)`,
      slower <= 10,
    ),
  );
  print(
    `checked ${whole(byId.length)} writes, sent at ${sentPerSecond.toFixed(1)}/s, all stored, indexed and found; ${describeLoad()}`,
  );
}
