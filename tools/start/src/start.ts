import { outliveReaders, shutdownSignal, untilAborted } from '@reprise/runtime';
import { bringUpStack, configuredEndpoints, migrateDatabases } from './embedded-stack.ts';
import { startApp, type AppProcess } from './processes/app-process.ts';
import { appNames, type AppName } from './processes/apps.ts';
import { settlePorts } from './processes/ports.ts';

/*
 * `npm start`: the long-running applications from their sources in one terminal, against the configured servers or the
 * embedded ones, which are brought up and migrated first. ^C ends the applications; the servers keep running.
 */
const width = Math.max(...appNames.map((name) => name.length));

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function start(name: AppName, env: NodeJS.ProcessEnv): AppProcess {
  const prefix = `${name.padEnd(width)} | `;
  return startApp(name, { env, onLine: (line) => print(prefix + line.replaceAll('\n', `\n${prefix}`)) });
}

async function environment(signal: AbortSignal): Promise<NodeJS.ProcessEnv> {
  const isConfigured = configuredEndpoints(process.env).length > 0;
  const ports = await settlePorts(appNames, process.env, { replaceTaken: !isConfigured, print });
  if (isConfigured) return process.env;
  print('No server is configured: using the embedded ones.');
  const env = { ...process.env, ...ports, ...(await bringUpStack(print, signal)) };
  await migrateDatabases(env, print);
  return env;
}

/** Aborts when one of the applications exits unexpectedly, which is a failure of the whole. */
function endedUnexpectedly(apps: readonly AppProcess[], stopping: AbortSignal): AbortSignal {
  const first = new AbortController();
  for (const app of apps) {
    void app.ended.then((code) => {
      if (stopping.aborted || first.signal.aborted) return;
      print(`${app.name} exited unexpectedly with ${code}: stopping the others.`);
      process.exitCode = 1;
      first.abort();
    });
  }
  return first.signal;
}

async function announce(apps: readonly AppProcess[]): Promise<void> {
  const ready = await Promise.all(apps.map(async (app) => ({ name: app.name, ...(await app.ready()) })));
  const rows = ready.map(({ name, origin }) => `  ${name.padEnd(width)}  ${origin}`);
  print(['All are ready. ^C ends them; the servers keep running.', ...rows].join('\n'));
}

outliveReaders();
const shutdown = shutdownSignal();
try {
  const env = await environment(shutdown.signal);
  const apps = appNames.map((name) => start(name, env));
  const over = AbortSignal.any([shutdown.signal, endedUnexpectedly(apps, shutdown.signal)]);
  announce(apps).catch((error: unknown) => {
    if (!over.aborted) print(error instanceof Error ? error.message : String(error));
  });
  await untilAborted(over);
  await Promise.all(apps.map((app) => app.stop()));
  print('Stopped.');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  const received = shutdown.received();
  if (received !== undefined) process.exitCode = received === 'SIGINT' ? 130 : 143;
  shutdown.dispose();
}
