import { shutdownSignal } from '@reprise/runtime';
import { benchCommand, type BenchOptions } from './options.ts';
import { benchmarkRebuild } from './rebuild-benchmark.ts';
import { benchmarkResume } from './resume-benchmark.ts';
import { benchmarkScale } from './scale-benchmark.ts';
import { ensureServers } from './servers/environment.ts';
import type { BenchmarkRun } from './session.ts';

const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const shutdown = shutdownSignal();
const onServers =
  (benchmark: (options: BenchOptions, run: BenchmarkRun) => Promise<void>) =>
  async (options: BenchOptions): Promise<void> => {
    await ensureServers(process.env, progress, shutdown.signal);
    await benchmark(options, { signal: shutdown.signal, progress, print });
  };
const program = benchCommand([
  {
    name: 'rebuild',
    description: 'a whole rebuild against hand-written ones and against its reader and writer alone',
    run: onServers(benchmarkRebuild),
  },
  {
    name: 'scale',
    description: 'rebuilds of a log of that size, of twice and of four times as much',
    run: onServers(benchmarkScale),
  },
  {
    name: 'resume',
    description: 'a rebuild that goes on where a killed one was, against a whole one',
    run: onServers(benchmarkResume),
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
