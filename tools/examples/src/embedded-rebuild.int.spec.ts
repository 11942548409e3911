import { readFileSync } from 'node:fs';
import { runReadModelMigrations } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  afterFile,
  elasticsearch,
  freshDatabase,
  freshName,
  freshTopic,
  testEndpoints,
} from '@reprise/test-kit';
import { rebuildSearch } from './embedded-rebuild.ts';

const own = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the example of an embedded rebuild', () => {
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    const [read, write] = [await freshDatabase('read'), await freshDatabase('write')];
    await runReadModelMigrations(read.url);
    const topic = await freshTopic({ partitions: 2 });
    await produce(topic, productHistory({ events: [step.created(), step.published()] }));
    env = {
      ...testEndpoints().env,
      READ_MODEL_DATABASE_URL: read.url,
      EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
      PRODUCT_EVENTS_TOPIC: topic.name,
      SEARCH_ALIAS: freshName('test_embedded'),
    };
  });

  it('moves readers to what it built and reports its progress', async () => {
    const reported: string[] = [];
    const receipt = await rebuildSearch(env, {
      signal: new AbortController().signal,
      report: (line) => reported.push(line),
    });
    const name = receipt.generation!.name;
    expect(receipt).toMatchObject({ outcome: 'promoted', documents: { live: 1 } });
    expect(reported.length).toBeGreaterThan(0);
    afterFile(async () => void (await elasticsearch().indices.delete({ index: name })));
    const readers = await elasticsearch().indices.getAlias({ name: env['SEARCH_ALIAS']! });
    expect(Object.keys(readers)).toEqual([name]);
  });

  it('ends as cancelled when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('closing time'));
    const receipt = await rebuildSearch(env, { signal, report: () => undefined });
    expect(receipt).toMatchObject({ outcome: 'cancelled', cutover: null });
    expect(receipt.message).toContain('closing time');
  });

  it('is what its page in the documentation shows', () => {
    expect(own('../../../docs/how-to/embed-the-rebuild.md')).toContain(
      `\`\`\`ts\n${own('./embedded-rebuild.ts')}\`\`\``,
    );
  });
});
