import { jest } from '@jest/globals';
import {
  afterFile,
  elasticsearch,
  freshDatabase,
  freshName,
  freshTopic,
  testEndpoints,
} from '@reprise/test-kit';
import { prepareLog } from './prepare-log.ts';
import { readPipelineState } from './pipeline/pipeline-state.ts';

jest.setTimeout(180_000);

const catalogue = { products: 30, events: 150 };

describe('prepareLog', () => {
  it('fills an empty log through the API, the relay and the consumer until all of it is searchable, once', async () => {
    const servers = testEndpoints();
    const [write, read] = [await freshDatabase('write'), await freshDatabase('read')];
    const [events, deadLetters] = [await freshTopic({ partitions: 3 }), await freshTopic()];
    const searchAlias = freshName('test_search');
    afterFile(async () => {
      const index = Object.keys(await elasticsearch().indices.getAlias({ name: searchAlias }));
      await elasticsearch().indices.delete({ index });
    });
    const env = {
      ...process.env,
      NODE_OPTIONS: undefined,
      ...servers.env,
      WRITE_DATABASE_URL: write.url,
      READ_MODEL_DATABASE_URL: read.url,
      EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
      PRODUCT_EVENTS_TOPIC: events.name,
      DEAD_LETTER_TOPIC: deadLetters.name,
      SEARCH_ALIAS: searchAlias,
    };
    const endpoints = {
      writeDatabaseUrl: write.url,
      elasticsearchNode: servers.elasticsearch.node,
      searchAlias,
    };
    const said: string[] = [];
    const options = {
      env,
      catalogue,
      report: (line: string) => void said.push(line),
      signal: new AbortController().signal,
    };

    await prepareLog(options);
    expect(await readPipelineState(endpoints)).toEqual({
      stored: 150,
      unpublished: 0,
      parked: 0,
      searchable: 150,
    });
    expect(said).toContain('All 150 events are in Kafka.');
    expect(said).toContain('All 30 products are in the search index.');
    expect(said.at(-1)).toBe('Stopped the three applications.');

    said.length = 0;
    await prepareLog(options);
    expect(await readPipelineState(endpoints)).toMatchObject({ stored: 150 });
    expect(said.at(-1)).toBe('The event log holds 150 events: no sample data is added.');
  });
});
