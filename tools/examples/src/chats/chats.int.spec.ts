import { readFileSync } from 'node:fs';
import { runReadModelMigrations } from '@reprise/read-model-indices';
import { createReprise } from '@reprise/reprise';
import {
  afterFile,
  elasticsearch,
  freshDatabase,
  freshName,
  freshTopic,
  produceRaw,
  testEndpoints,
  type RawRecord,
} from '@reprise/test-kit';
import { Client } from 'pg';
import definition from './reprise.config.ts';

const own = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The events of one aggregate as its log holds them. */
const events = (key: string, types: readonly (readonly [string, object])[]): RawRecord[] =>
  types.map(([type, data], at) => ({
    key,
    value: JSON.stringify({ type, at: `2026-11-30T10:00:0${at}Z`, ...data }),
    headers: { version: String(at + 1) },
  }));

describe('the first example of the package', () => {
  it('has 40 lines at most, blank ones aside, and is what its README shows', () => {
    const file = own('./reprise.config.ts');
    expect(file.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(40);
    expect(own('../../../../libs/reprise/README.md')).toContain(`\`\`\`ts\n${file}\`\`\``);
  });

  it('makes an index and a table of one topic', async () => {
    const topic = await freshTopic({ partitions: 2 });
    const database = await freshDatabase('read');
    await runReadModelMigrations(database.url);
    const alias = freshName('chat_search');
    const reprise = createReprise(definition, {
      ...{ kafka: testEndpoints().kafka, elasticsearch: testEndpoints().elasticsearch },
      ...{ readModelDatabase: database.feederUrl },
      env: { OFFICE_EVENTS_TOPIC: topic.name, CHAT_SEARCH_ALIAS: alias },
    });
    afterFile(() => reprise.close());
    await produceRaw(topic, [
      ...events('lunch', [
        ['chat.opened', { title: 'Lunch' }],
        ['chat.message-posted', { text: 'Noon?' }],
        ['chat.message-posted', { text: 'Fine' }],
      ]),
      ...events('over', [
        ['chat.opened', { title: 'Over' }],
        ['chat.closed', {}],
      ]),
      ...events('dishes', [
        ['task.added', { title: 'Dishes' }],
        ['task.done', {}],
      ]),
    ]);

    const plan = await reprise.plan('chat_search');
    expect(plan).toMatchObject({ verdict: 'possible', predicted: { documents: 2, tombstones: 1 } });
    const receipt = await reprise.rebuild('chat_search');
    expect(receipt).toMatchObject({ outcome: 'promoted', documents: { live: 1, tombstones: 1 } });
    const index = receipt.generation!.name;
    afterFile(async () => void (await elasticsearch().indices.delete({ index })));
    const found = await elasticsearch().get({ index: alias, id: 'lunch' });
    expect(found._source).toMatchObject({ title: 'Lunch', messages: 2 });

    expect(await reprise.rebuild('task_list')).toMatchObject({ outcome: 'promoted' });
    const client = new Client({ connectionString: database.feederUrl });
    await client.connect();
    const { rows } = await client.query('SELECT * FROM task_list').finally(() => client.end());
    expect(rows).toEqual([{ id: 'dishes', title: 'Dishes', state: 'done' }]);
  });
});
