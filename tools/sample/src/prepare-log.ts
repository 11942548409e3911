import { endpointSettings, readSettings, setSession } from '@reprise/runtime';
import { AppError, migrateDatabases, startApp } from '@reprise/start';
import pg from 'pg';
import type { HistoryOptions } from './catalogue/generate-histories.ts';
import { fillEmptyLog } from './fill-empty-log.ts';
import { readOutbox, type PipelineEndpoints } from './pipeline/pipeline-state.ts';
import type { RecruitingEndpoints } from './pipeline/recruiting-state.ts';
import type { RecruitingSize } from './recruiting/write-recruiting.ts';

export interface PrepareOptions {
  /** The environment of the applications, with the endpoints of servers that run. */
  readonly env: NodeJS.ProcessEnv;
  readonly catalogue: HistoryOptions;
  readonly recruiting: RecruitingSize;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Any number will do, as long as every run of this file takes the same one. */
const fillLock = 7_305_812_077;

/**
 * Migrates the databases and sees to it that the event logs hold something: an empty one is filled with sample data through the
 * real write path. A log that holds events is left as it is; events that are still in an outbox are published.
 * @throws Error that says what is missing or stuck
 */
export async function prepareLog(options: PrepareOptions): Promise<void> {
  const { env, report, signal } = options;
  const { product, recruiting } = readEndpoints(env);
  await migrateDatabases(env, report);
  await whileHoldingLock(product.writeDatabaseUrl, report, async () => {
    const ofProducts = await readOutbox(product.writeDatabaseUrl);
    const ofRecruiting = await readOutbox(recruiting.writeDatabaseUrl);
    signal.throwIfAborted();
    for (const [log, { stored }] of [
      ['event log', ofProducts] as const,
      ['log of recruiting', ofRecruiting] as const,
    ])
      report(
        stored === 0
          ? `The ${log} is empty: filling it with sample data through the API, the relay and the consumer.`
          : `The ${log} holds ${stored} events: no sample data is added.`,
      );
    const fills = {
      product: ofProducts.stored === 0 ? { endpoints: product, catalogue: options.catalogue } : undefined,
      recruiting: ofRecruiting.stored === 0 ? { endpoints: recruiting, size: options.recruiting } : undefined,
    };
    if (fills.product ?? fills.recruiting) await fillEmptyLog({ env, report, signal, ...fills });
    const unpublished = ofProducts.unpublished + ofRecruiting.unpublished;
    if (unpublished > 0) await publishRest(options, unpublished);
  });
}

function readEndpoints(env: NodeJS.ProcessEnv): {
  readonly product: PipelineEndpoints;
  readonly recruiting: RecruitingEndpoints;
} {
  return readSettings(env, (settings) => {
    const { writeDatabaseUrl, elasticsearch, readModelDatabaseUrl } = endpointSettings(settings, [
      'writeDatabase',
      'elasticsearch',
      'readModelDatabase',
    ]);
    return {
      product: {
        writeDatabaseUrl,
        elasticsearch,
        searchAlias: settings.alias('SEARCH_ALIAS', 'product_search'),
      },
      recruiting: {
        writeDatabaseUrl: settings.postgresUrl('RECRUITING_WRITE_DATABASE_URL').url,
        readModelDatabaseUrl,
      },
    };
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
