import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadContexts } from '@reprise/contexts';
import { productHistory, produce, step } from '@reprise/product-events/testing';
import { productEvents, type ProductEvent } from '@reprise/product-events';
import { createReadModelPool, Registry, runReadModelMigrations } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { createLogger } from '@reprise/runtime';
import {
  afterFile,
  elasticsearch,
  eventStoreSql,
  freshDatabase,
  freshName,
  freshTopic,
  spawnApp,
  testAccessEnv,
  testCredential,
  testEndpoints,
  type TestIssuer,
} from '@reprise/test-kit';
import { Client } from 'pg';
import { createConsole, type ConsoleParts } from '../console.ts';
import { readConsoleSettings } from '../console-settings.ts';
import { localProcesses } from '../jobs/local-processes.ts';

/** A console in this process. */
export interface StartedConsole {
  readonly origin: string;
  readonly routes: Awaited<ReturnType<typeof createConsole>>['routes'];
  /** Asks for JSON as whoever may do everything, or as `headers` say. */
  ask<T>(
    path: string,
    init?: RequestInit,
  ): Promise<{ readonly status: number; readonly body: T; readonly headers: Headers }>;
  close(): Promise<void>;
}

/** What of a console a test changes beside its environment. */
export interface TestParts extends ConsoleParts {
  /** Where it listens; any free port unless it is to be where another one was. */
  readonly port?: number;
  readonly tokens?: TestIssuer['settings'];
}

export type ConsoleFixture = Awaited<ReturnType<typeof consoleFixture>>;

/** A topic, an event store, a registry and an alias of the test file's own, with as many products as asked for. */
export async function consoleFixture(products = 20, partitions = 3) {
  const [topic, deadLetters] = [await freshTopic({ partitions }), await freshTopic()];
  const [read, write] = [await freshDatabase('read'), await freshDatabase('write')];
  await runReadModelMigrations(read.url);
  const pool = createReadModelPool(read.feederUrl);
  const registry = new Registry(pool);
  const owner = new Client({ connectionString: write.url });
  await owner.connect();
  await owner.query(eventStoreSql);
  const jobs = mkdtempSync(join(tmpdir(), 'reprise-console-test-'));
  afterFile(async () => {
    for (const { name, storage } of await registry.listGenerations())
      if (storage === 'elasticsearch')
        await elasticsearch().indices.delete({ index: name, ignore_unavailable: true });
    await pool.end();
    await owner.end();
    rmSync(jobs, { recursive: true, force: true });
  });
  const env: Record<string, string> = {
    REPRISE_CONTEXTS: 'product',
    PRODUCT_EVENTS_TOPIC: topic.name,
    DEAD_LETTER_TOPIC: deadLetters.name,
    SEARCH_ALIAS: freshName('test_search'),
    READ_MODEL_DATABASE_URL: read.feederUrl,
    EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
    CONSOLE_JOBS_DIRECTORY: jobs,
    ...{ CONSOLE_REFRESH_MS: '250', CONSOLE_CPU_PERCENT: '100' },
    ...testAccessEnv,
  };
  const events: ProductEvent[] = Array.from({ length: products }, () =>
    productHistory({ events: [step.created(), step.published(), step.priceChanged(990)] }),
  ).flat();
  /** Commits events to the event store, and writes them to the log. */
  const append = async (more: readonly ProductEvent[]): Promise<void> => {
    await owner.query('INSERT INTO event_store SELECT * FROM unnest($1::uuid[], $2::int[], $3::json[])', [
      more.map(({ subject }) => subject),
      more.map(({ aggregateversion }) => aggregateversion),
      more.map(productEvents.encode),
    ]);
    await produce(topic, more);
  };
  await append(events);
  return {
    append,
    ...{ topic, deadLetters, registry, env, events, pool },
    /** Runs a verb of the finite job to its end. */
    async job(...args: string[]): Promise<string> {
      const app = spawnApp('apps/rebuild-job/src/main.ts', { args, env });
      const { code } = await app.exit(120_000);
      if (code === 0) return app.stdout();
      throw new Error(
        `${args.join(' ')} ended with ${code}: ${app.output.map(({ text }) => text).join('\n')}`,
      );
    },
    start: (overrides: Record<string, string> = {}, parts: TestParts = {}) =>
      startConsole({ ...env, ...overrides }, parts),
  };
}

/** The built job, under plain Node, as the image starts it: Jest's own options of Node mean nothing to it. */
const rebuildJob = fileURLToPath(new URL('../../../rebuild-job/dist/main.js', import.meta.url));

/** A console of this process by its environment; those of the servers are given unless it names others. */
export async function startConsole(
  own: Record<string, string>,
  { tokens, port = 0, ...given }: TestParts = {},
): Promise<StartedConsole> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...testEndpoints().env, ...own, NODE_OPTIONS: '' };
  const directory = own['CONSOLE_JOBS_DIRECTORY'] ?? tmpdir();
  const parts = {
    jobs: localProcesses({ command: [process.execPath, rebuildJob], env, directory }),
    ...given,
  };
  const { contexts } = await loadContexts<Projection>(env);
  const settings = await readConsoleSettings(env, contexts, () => undefined);
  if (tokens && settings.access.kind === 'closed')
    Object.assign(settings, { access: { ...settings.access, tokens } });
  const application = await createConsole(settings, createLogger('console', { level: 'silent' }), parts);
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= application.close());
  afterFile(close);
  const origin = `http://127.0.0.1:${await application.listen(port)}`;
  return {
    ...{ origin, close, routes: application.routes },
    async ask(path, init = {}) {
      const { body, headers, ...rest } = init;
      const answer = await fetch(origin + path, {
        redirect: 'manual',
        ...rest,
        ...(body !== undefined && { body }),
        headers: {
          ...(headers ?? testCredential),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
      });
      const text = await answer.text();
      return {
        status: answer.status,
        headers: answer.headers,
        body: (text === '' ? null : JSON.parse(text)) as never,
      };
    },
  };
}

export interface StreamedEvent {
  readonly id: string | undefined;
  readonly name: string;
  readonly data: Record<string, unknown>;
}

/** Reads events of the stream until `enough` says so, then leaves. */
export async function streamed(
  origin: string,
  enough: (events: readonly StreamedEvent[]) => boolean,
  headers: Record<string, string> = {},
): Promise<StreamedEvent[]> {
  const leave = new AbortController();
  const answer = await fetch(`${origin}/ops/v1/live`, {
    headers: { ...(headers['cookie'] === undefined && testCredential), ...headers },
    signal: leave.signal,
  });
  const events: StreamedEvent[] = [];
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of answer.body!) {
      const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      rest = parts.pop()!;
      events.push(...parts.map(eventOf));
      if (enough(events)) break;
    }
    return events;
  } finally {
    leave.abort();
  }
}

function eventOf(text: string): StreamedEvent {
  const fields = Object.fromEntries(
    text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const data = JSON.parse(fields['data']!) as Record<string, unknown>;
  return { id: fields['id'], name: fields['event']!, data };
}
