import { jest } from '@jest/globals';
import {
  afterFile,
  elasticsearch,
  eventually,
  freshDatabase,
  freshName,
  freshTopic,
  testEndpoints,
} from '@reprise/test-kit';
import pg from 'pg';
import { readOutbox, readPipelineState } from './pipeline/pipeline-state.ts';
import { readRecruitingState } from './pipeline/recruiting-state.ts';
import { prepareLog, type PrepareOptions } from './prepare-log.ts';

jest.setTimeout(300_000);

/** Deletes the indices the consumer made; the registry of these servers knows them. */
async function dropGenerations(readModelDatabaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: readModelDatabaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT name FROM registry.generations WHERE storage = 'elasticsearch'",
    );
    const index = rows.map(({ name }) => name);
    if (index.length > 0) await elasticsearch().indices.delete({ index, ignore_unavailable: true });
  } finally {
    await client.end();
  }
}

/** Fresh databases, topics and an alias on the test servers. */
async function emptyServers() {
  const servers = testEndpoints();
  const [write, read] = [await freshDatabase('write'), await freshDatabase('read')];
  const recruiting = await freshDatabase('write');
  const [events, deadLetters] = [await freshTopic({ partitions: 3 }), await freshTopic()];
  const [candidates, letters] = [await freshTopic({ partitions: 3 }), await freshTopic()];
  const searchAlias = freshName('test_search');
  afterFile(() => dropGenerations(read.feederUrl));
  const env = {
    ...process.env,
    NODE_OPTIONS: undefined,
    ...servers.env,
    REPRISE_CONTEXTS: undefined,
    WRITE_DATABASE_URL: write.productApiUrl,
    OUTBOX_DATABASE_URL: write.relayUrl,
    WRITE_DATABASE_OWNER_URL: write.url,
    READ_MODEL_DATABASE_URL: read.feederUrl,
    READ_MODEL_DATABASE_OWNER_URL: read.url,
    EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
    PRODUCT_EVENTS_TOPIC: events.name,
    DEAD_LETTER_TOPIC: deadLetters.name,
    SEARCH_ALIAS: searchAlias,
    RECRUITING_WRITE_DATABASE_URL: recruiting.urlOf('RECRUITING_WRITE_DATABASE_URL'),
    RECRUITING_WRITE_DATABASE_OWNER_URL: recruiting.url,
    RECRUITING_OUTBOX_DATABASE_URL: recruiting.relayUrl,
    RECRUITING_EVENT_STORE_DATABASE_URL: recruiting.eventStoreUrl,
    RECRUITING_EVENTS_TOPIC: candidates.name,
    RECRUITING_DEAD_LETTER_TOPIC: letters.name,
  };
  const endpoints = {
    writeDatabaseUrl: write.productApiUrl,
    elasticsearch: servers.elasticsearch,
    searchAlias,
  };
  const summaries = {
    writeDatabaseUrl: recruiting.urlOf('RECRUITING_WRITE_DATABASE_URL'),
    readModelDatabaseUrl: read.feederUrl,
  };
  const said: string[] = [];
  const prepare = (options: Partial<PrepareOptions>): Promise<void> => {
    said.length = 0;
    const catalogue = { products: 30, events: 150 };
    const report = (line: string): void => void said.push(line);
    const people = { candidates: 6, leads: 3 };
    return prepareLog({
      env,
      catalogue,
      recruiting: people,
      report,
      signal: new AbortController().signal,
      ...options,
    });
  };
  return { endpoints, summaries, said, prepare };
}

describe('prepareLog', () => {
  it('fills an empty log through the API, the relay and the consumer until all of it is searchable, once', async () => {
    const { endpoints, summaries, said, prepare } = await emptyServers();
    await prepare({});
    expect(await readPipelineState(endpoints)).toEqual({
      stored: 150,
      unpublished: 0,
      parked: 0,
      searchable: 150,
    });
    expect(said).toContain('All 150 events are in Kafka.');
    expect(said).toContain('All 30 products are in the search index.');
    expect(said.at(-1)).toBe('Stopped the four applications.');

    const { stored, searchable, unpublished } = await readRecruitingState(summaries);
    expect(stored).toBeGreaterThan(9);
    expect({ searchable, unpublished }).toEqual({ searchable: stored, unpublished: 0 });

    await prepare({});
    expect(await readPipelineState(endpoints)).toMatchObject({ stored: 150 });
    expect(said.slice(-2)).toEqual([
      'The event log holds 150 events: no sample data is added.',
      `The log of recruiting holds ${stored} events: no sample data is added.`,
    ]);
  });

  it('stops when aborted, and next time publishes what was stored until then', async () => {
    const { endpoints, said, prepare } = await emptyServers();
    const { writeDatabaseUrl } = endpoints;
    const controller = new AbortController();
    const preparing = prepare({ catalogue: { products: 2_000, events: 20_000 }, signal: controller.signal });
    const refused = expect(preparing).rejects.toMatchObject({ code: 'CANCELLED' });
    const stored = async (): Promise<number> => (await readOutbox(writeDatabaseUrl)).stored;
    await eventually(async () => expect(await stored()).toBeGreaterThan(20));
    controller.abort();
    await refused;

    const before = await stored();
    await prepare({});
    expect(said).toContain(`The event log holds ${before} events: no sample data is added.`);
    expect(await readOutbox(writeDatabaseUrl)).toEqual({ stored: before, unpublished: 0, parked: 0 });
  });
});
