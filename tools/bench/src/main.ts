import { shutdownSignal } from '@reprise/runtime';
import { benchCommand } from './options.ts';
import { benchmarkRebuild } from './rebuild-benchmark.ts';
import { ensureServers } from './servers/environment.ts';

const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const shutdown = shutdownSignal();
const program = benchCommand(async (options) => {
  await ensureServers(process.env, progress, shutdown.signal);
  await benchmarkRebuild(options, { signal: shutdown.signal, progress, print });
});
try {
  await program.parseAsync();
} catch (error) {
  const received = shutdown.received();
  process.exitCode = received === undefined ? 1 : received === 'SIGINT' ? 130 : 143;
  progress(error instanceof Error ? error.message : String(error));
} finally {
  shutdown.dispose();
}
