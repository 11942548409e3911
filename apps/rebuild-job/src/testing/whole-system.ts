import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  afterFile,
  elasticsearch,
  freshDatabase,
  freshName,
  freshTopic,
  otlpReceiver,
  spawnApp,
  type OtlpReceiver,
  type SpawnedApp,
} from '@reprise/test-kit';

/** Secrets that name themselves, in settings of all processes; servers of tests ask for none of them. */
export const planted = {
  ELASTICSEARCH_API_KEY: 'planted-elasticsearch-key-3f9b21',
  OTEL_EXPORTER_OTLP_HEADERS: 'x-secret=planted-collector-key-77ad02',
  REPRISE_API_KEY: `rp_test_00000000000000cc_${'c'.repeat(64)}`,
} as const;

/** API, relay and consumer of one context, on databases, topics and an alias of a test file's own. */
export interface WholeSystem {
  readonly receiver: OtlpReceiver;
  readonly env: Readonly<Record<string, string>>;
  readonly api: SpawnedApp;
  readonly relay: SpawnedApp;
  readonly consumer: SpawnedApp;
  /** Its databases as the superuser sees them. */
  readonly adminUrls: { readonly write: string; readonly read: string };
  /** Where processes put temporary files. */
  readonly scratch: string;
  /** Starts a process of the system. */
  start(
    app: string,
    options?: { readonly args?: readonly string[]; readonly env?: Record<string, string> },
  ): SpawnedApp;
  /** All that were started. */
  readonly started: readonly SpawnedApp[];
}

/** Starts the system, and waits until it is ready. */
export async function wholeSystem(): Promise<WholeSystem> {
  const receiver = await otlpReceiver();
  const [write, read] = [await freshDatabase('write'), await freshDatabase('read')];
  const [events, letters] = [await freshTopic({ partitions: 3 }), await freshTopic()];
  const alias = freshName('test_search');
  const scratch = mkdtempSync(join(tmpdir(), 'reprise-system-'));
  afterFile(async () => {
    const found = await elasticsearch().indices.getAlias({ name: alias }, { ignore: [404] });
    const names = 'error' in found ? [] : Object.keys(found);
    if (names.length > 0) await elasticsearch().indices.delete({ index: names, ignore_unavailable: true });
    rmSync(scratch, { recursive: true, force: true });
  });
  const env = {
    ...planted,
    REPRISE_CONTEXTS: 'product',
    WRITE_DATABASE_URL: write.urlOf('WRITE_DATABASE_URL'),
    WRITE_DATABASE_OWNER_URL: write.url,
    OUTBOX_DATABASE_URL: write.relayUrl,
    EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
    PRODUCT_EVENTS_TOPIC: events.name,
    DEAD_LETTER_TOPIC: letters.name,
    SEARCH_ALIAS: alias,
    READ_MODEL_DATABASE_URL: read.feederUrl,
    READ_MODEL_DATABASE_OWNER_URL: read.url,
    ...{ PRODUCT_API_PORT: '0', OUTBOX_RELAY_PORT: '0', PROJECTION_CONSUMER_PORT: '0' },
    ...{ SEARCH_API_PORT: '0', CONSOLE_PORT: '0', CONSOLE_JOBS_DIRECTORY: join(scratch, 'jobs') },
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    TMPDIR: scratch,
  };
  const started: SpawnedApp[] = [];
  const start: WholeSystem['start'] = (app, options = {}) => {
    const process = spawnApp(`apps/${app}/src/main.ts`, { ...options, env: { ...env, ...options.env } });
    started.push(process);
    return process;
  };
  const { code } = await start('migrate').exit();
  if (code !== 0) throw new Error(`migrate ended with ${code}`);
  const [api, relay, consumer] = [start('product-api'), start('outbox-relay'), start('projection-consumer')];
  await Promise.all([api.ready(), relay.ready(), consumer.ready()]);
  const adminUrls = { write: write.adminUrl, read: read.adminUrl };
  return { receiver, env, api, relay, consumer, adminUrls, scratch, start, started };
}
