import { readConfiguration, setSession } from '@reprise/runtime';
import { AppError, migrateDatabases, startApp } from '@reprise/start';
import pg from 'pg';
import type { HistoryOptions } from './catalogue/generate-histories.ts';
import { fillEmptyLog } from './fill-empty-log.ts';
import { readOutbox } from './pipeline/pipeline-state.ts';

export interface PrepareOptions {
  /** The environment of the applications, with the endpoints of servers that run. */
  readonly env: NodeJS.ProcessEnv;
  readonly catalogue: HistoryOptions;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Any number will do, as long as every run of this file takes the same one. */
const fillLock = 7_305_812_077;

/**
 * Migrates both databases and sees to it that the event log holds something: an empty one is filled with the sample catalogue
 * through the real write path. A log that holds events is left as it is; events that are still in the outbox are published.
 * @throws Error that says what is missing or stuck
 */
export async function prepareLog(options: PrepareOptions): Promise<void> {
  const { env, report, signal } = options;
  const { writeDatabaseUrl, elasticsearch, searchAlias } = readConfiguration(env, [
    'writeDatabase',
    'elasticsearch',
  ]);
  await migrateDatabases(env, report);
  await whileHoldingLock(writeDatabaseUrl, report, async () => {
    const { stored, unpublished } = await readOutbox(writeDatabaseUrl);
    signal.throwIfAborted();
    if (stored === 0) {
      report(
        'The event log is empty: filling it with the sample catalogue through the API, the relay and the consumer.',
      );
      const endpoints = { writeDatabaseUrl, elasticsearchNode: elasticsearch.node, searchAlias };
      await fillEmptyLog({ ...options, endpoints });
    } else {
      report(`The event log holds ${stored} events: no sample data is added.`);
      if (unpublished > 0) await publishRest(options, unpublished);
    }
  });
}

/** Two runs at once would both find the log empty; the second one waits and then finds it filled. */
async function whileHoldingLock(
  url: string,
  report: PrepareOptions['report'],
  work: () => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'reprise-sample' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await setSession(client);
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      fillLock,
    ]);
    if (rows[0]?.taken !== true) {
      report('Another process is filling the log: waiting for it.');
      await client.query('SELECT pg_advisory_lock($1)', [fillLock]);
    }
    await work();
  } finally {
    await client.end();
  }
}

/** What an earlier run stored but could not publish any more. */
async function publishRest({ env, report, signal }: PrepareOptions, unpublished: number): Promise<void> {
  report(`${unpublished} of them are not in Kafka yet: publishing them.`);
  const relay = startApp('outbox-relay', { env, args: ['--once', '--timeout', '120'] });
  const stop = (): void => void relay.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const code = await relay.ended;
    signal.throwIfAborted();
    if (code !== 0)
      throw new AppError(`outbox-relay ended with ${code}. Its last lines:\n${relay.lastLines()}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
