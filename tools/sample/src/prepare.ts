import { outliveReaders, shutdownSignal } from '@reprise/runtime';
import { bringUpStack, configuredEndpoints } from '@reprise/start';
import { prepareLog } from './prepare-log.ts';

/*
 * Runs before `nx run rebuild-job:execute`, so that a fresh clone has something to rebuild. It runs without the development loader,
 * which would point this process to running embedded servers and so hide whether endpoints were configured.
 */
const print = (line: string): void => void process.stdout.write(`${line}\n`);

outliveReaders();
const shutdown = shutdownSignal();
try {
  const configured = configuredEndpoints(process.env);
  if (configured.length > 0) {
    print(`Servers are configured (${configured.join(', ')}): nothing is started, migrated or filled.`);
  } else {
    print('No server is configured: using the embedded ones.');
    const environment = await bringUpStack(print, shutdown.signal);
    await prepareLog({
      env: { ...process.env, ...environment },
      catalogue: { products: 300, events: 1_500 },
      recruiting: { candidates: 40, leads: 12 },
      report: print,
      signal: shutdown.signal,
    });
  }
} catch (error) {
  const received = shutdown.received();
  if (received === undefined) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nNothing was rebuilt.\n`);
    process.exitCode = 1;
  } else {
    process.stderr.write('Cancelled; the embedded servers keep running and what was written stays.\n');
    process.exitCode = received === 'SIGINT' ? 130 : 143;
  }
} finally {
  shutdown.dispose();
}
