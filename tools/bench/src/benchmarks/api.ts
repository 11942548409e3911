import { Client } from 'pg';
import type { BenchOptions } from '../options.ts';
import { aimLine, comparisonTable, rateOf, type Compared } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { times, whole } from '../report/table.ts';
import { openPipeline } from '../servers/pipeline.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, type BenchmarkRun, type Session } from '../session.ts';
import { inTurns } from './turns.ts';

type ApiOptions = Pick<BenchOptions, 'events' | 'products' | 'concurrency'>;

/** How often the API is measured with credentials, and how often without. */
const rounds = 2;

/** Commands sent before the measured ones, at most. */
const warmUpCommands = 2_000;

/**
 * Sends commands to the product API over HTTP, in turns to one that asks for credentials and one that lets everybody in, beside bare
 * INSERTs of as many rows of that size by as many connections.
 * @throws Error when not every command is an event in the store and a message in the outbox afterwards
 */
export function benchmarkApi(options: ApiOptions, run: BenchmarkRun): Promise<void> {
  const { concurrency } = options;
  return inSession(run, async (session) => {
    const log = workloadOf({ ...options, partitions: 1 });
    const pipeline = await openPipeline(session, {
      partitions: 1,
      env: { WRITE_DATABASE_POOL_SIZE: String(concurrency) },
    });
    const { writeDatabaseUrl } = pipeline;
    const { origin } = await pipeline.start('product-api');
    const open = await pipeline.start('product-api', { AUTH: 'none', HTTP_HOST: '127.0.0.1' });
    const commands = Math.min(warmUpCommands, Math.ceil(log.events / 10));
    run.progress(`Warming the API up with ${commands} commands.`);
    const warmUp = { ...log, events: commands, products: Math.min(commands, log.products) };
    for (const at of [origin, open.origin])
      await session.run('api-writer', warmUp, '', { origin: at, concurrency });
    run.print(`${describeMachine()} before the first contender, ${concurrency} at once\n`);

    const bare = await session.run('bare-insert', log, '', { writeDatabaseUrl, concurrency });
    run.progress(`bare INSERT: ${bare.measurement.seconds.toFixed(2)} s (${describeLoad()})`);
    const writing = (at: string) => async () => {
      const written = await session.run('api-writer', log, '', { origin: at, concurrency });
      run.progress(`${at}: ${written.measurement.seconds.toFixed(2)} s (${describeLoad()})`);
      return written;
    };
    const api = await inTurns(rounds, writing(origin), writing(open.origin));
    await assertStored(writeDatabaseUrl, 2 * (commands + rounds * log.events));

    const [limit, commanded, uncredentialed] = [
      lineOf('bare INSERT', [bare]),
      lineOf('product API', api.first),
      lineOf('product API, AUTH=none', api.second),
    ];
    run.print(comparisonTable([limit, commanded, uncredentialed], limit, 'commands'));
    run.print('');
    run.print(
      `The API takes ${whole(rateOf(commanded))} commands/s: ${times(rateOf(commanded) / rateOf(limit))} of the bare INSERTs of the ` +
        'database. peak MB is that of the client.',
    );
    const share = rateOf(commanded) / rateOf(uncredentialed);
    run.print(
      aimLine(
        `with credentials and limits: ${times(share)} of the pace without, in ${rounds} turns each (aim: at least 0.9x)`,
        share >= 0.9,
      ),
    );
    run.print(
      `checked ${whole(2 * rounds * log.events)} commands answered with the version they lead to, as many events and messages stored; ` +
        `${describeLoad()} at the end`,
    );
  });
}

type Measured = Awaited<ReturnType<Session['run']>>;

/** Runs of one contender as a line of the table. */
function lineOf(title: string, runs: readonly Measured[]): Compared {
  const sum = (of: (run: Measured) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    title,
    seconds: sum(({ measurement }) => measurement.seconds),
    count: sum(({ measurement }) => measurement.events),
    peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
  };
}

async function assertStored(writeDatabaseUrl: string, expected: number): Promise<void> {
  const client = new Client({ connectionString: writeDatabaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Record<'events' | 'messages' | 'versions', number>>(`
      SELECT (SELECT count(*) FROM event_store)::int AS events, (SELECT count(*) FROM outbox_events)::int AS messages,
        (SELECT sum(version) FROM products)::int AS versions`);
    const { events, messages, versions } = rows[0]!;
    if (events !== expected || messages !== expected || versions !== expected)
      throw new Error(
        `${expected} commands were accepted, but ${events} events and ${messages} messages are stored, and the products have ` +
          `${versions} versions.`,
      );
  } finally {
    await client.end();
  }
}
