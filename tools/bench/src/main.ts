import { dropNegativeTimeoutWarnings, outliveReaders, shutdownSignal } from '@reprise/runtime';
import { benchmarkApi } from './benchmarks/api.ts';
import { benchmarkConsole } from './benchmarks/console.ts';
import { benchmarkEventStore } from './benchmarks/event-store.ts';
import { benchmarkHostile } from './benchmarks/hostile.ts';
import { benchmarkLatency } from './benchmarks/latency.ts';
import { benchmarkLive } from './benchmarks/live.ts';
import { benchmarkMemory } from './benchmarks/memory.ts';
import { benchmarkRebuild } from './benchmarks/rebuild.ts';
import { benchmarkRelay } from './benchmarks/relay.ts';
import { benchmarkResume } from './benchmarks/resume.ts';
import { benchmarkScale } from './benchmarks/scale.ts';
import { benchmarkShards } from './benchmarks/shards.ts';
import { benchmarkVerify } from './benchmarks/verify.ts';
import { benchCommand, type Benchmark, type BenchOptions } from './options.ts';
import { ensureServers } from './servers/environment.ts';
import type { BenchmarkRun } from './session.ts';

const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

dropNegativeTimeoutWarnings();
outliveReaders();
const shutdown = shutdownSignal();
const onServers =
  (benchmark: (options: BenchOptions, run: BenchmarkRun) => Promise<void>): Benchmark['run'] =>
  async (options) => {
    await ensureServers(process.env, progress, shutdown.signal);
    await benchmark(options, { signal: shutdown.signal, progress, print });
  };

const log = { events: 1_000_000, products: 100_000, partitions: 6 };
const shortLog = { events: 500_000, products: 50_000, partitions: 6 };
const resources = { workers: 1, memory: 512 * 2 ** 20 };
const quick = '--events 50_000 --products 5_000';

const program = benchCommand([
  {
    name: 'rebuild',
    description: 'a whole rebuild against hand-written ones and against its reader and writer alone',
    defaults: { ...log, ...resources },
    quick,
    run: onServers(benchmarkRebuild),
  },
  {
    name: 'memory',
    description: 'rebuilds of a small and of a large log within the same memory',
    defaults: { ...log, largeEvents: 10_000_000, largeProducts: 2_000_000, ...resources },
    quick: `${quick} --large-events 500_000 --large-products 100_000`,
    run: onServers(benchmarkMemory),
  },
  {
    name: 'scale',
    description: 'rebuilds of a log of that size, of twice and of four times as much',
    defaults: { ...log, ...resources },
    quick,
    run: onServers(benchmarkScale),
  },
  {
    name: 'shards',
    description: 'one generation built by several processes, against one process',
    defaults: { ...log, shards: 2 },
    quick: `${quick} --shards 3`,
    run: onServers(benchmarkShards),
  },
  {
    name: 'resume',
    description: 'a rebuild that resumes where one was killed, against a whole one',
    defaults: { ...log, ...resources, rounds: 5 },
    quick: `${quick} --rounds 1`,
    run: onServers(benchmarkResume),
  },
  {
    name: 'event-store',
    description: 'product_summary rebuilt from the event store, against a bare SELECT of it',
    defaults: shortLog,
    quick,
    run: onServers(benchmarkEventStore),
  },
  {
    name: 'relay',
    description: 'a filled outbox drained into Kafka, against a raw producer',
    defaults: { events: 200_000, products: 20_000, partitions: 6 },
    quick,
    run: onServers(benchmarkRelay),
  },
  {
    name: 'live',
    description: 'the live consumer catching up from a backlog, against the reader alone',
    defaults: shortLog,
    quick,
    run: onServers(benchmarkLive),
  },
  {
    name: 'console',
    description: 'the live consumer beside a console in three browsers, against none',
    defaults: { ...shortLog, rounds: 4, looks: 10 },
    quick: `${quick} --rounds 1`,
    run: onServers(benchmarkConsole),
  },
  {
    name: 'latency',
    description: 'from the commit of a write to the index, at a steady rate',
    defaults: { rate: 200, seconds: 60, products: 2_000, partitions: 6 },
    quick: '--seconds 5',
    run: onServers(benchmarkLatency),
  },
  {
    name: 'verify',
    description: 'verify on a rebuilt index, against a bare scan of it',
    defaults: { ...log, memory: resources.memory },
    quick,
    run: onServers(benchmarkVerify),
  },
  {
    name: 'api',
    description: 'commands over HTTP, against bare INSERTs',
    defaults: { events: 20_000, products: 2_000, concurrency: 16 },
    quick: '--events 2_000 --products 200',
    run: onServers(benchmarkApi),
  },
  {
    name: 'hostile',
    description: 'what a stranger may send to the API, against a request that creates a product',
    defaults: { rounds: 300, concurrency: 4 },
    quick: '--rounds 20',
    run: onServers(benchmarkHostile),
  },
]);
try {
  await program.parseAsync();
} catch (error) {
  const received = shutdown.received();
  process.exitCode = received === undefined ? 1 : received === 'SIGINT' ? 130 : 143;
  progress(error instanceof Error ? error.message : String(error));
} finally {
  shutdown.dispose();
}
