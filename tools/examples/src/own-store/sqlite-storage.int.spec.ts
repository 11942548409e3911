import { runReadModelMigrations } from '@reprise/read-model-indices';
import { createReprise, defineReprise } from '@reprise/reprise';
import { afterFile, freshDatabase, freshTopic, produceRaw, testEndpoints } from '@reprise/test-kit';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { chatEvents, chatSearch } from '../tried/chat-search.ts';
import { sqliteStorage } from './sqlite-storage.ts';

const eventOf = (aggregateversion: number, type: string, data: object) =>
  JSON.stringify({
    ...{ specversion: '1.0', id: `${aggregateversion}`, source: '/chats', type, subject: 'c-1', data },
    ...{ time: '2026-11-20T09:31:01Z', datacontenttype: 'application/json', correlationid: 'c' },
    ...{ aggregatetype: 'chat', aggregateversion },
  });

it('a read model in a store of one’s making is planned, rebuilt, and rolled back like any other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'own-store-'));
  const file = join(folder, 'read-models.sqlite');
  const topic = await freshTopic();
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  await produceRaw(topic, [
    { key: 'c-1', value: eventOf(1, 'chat.opened.v2', { title: 'Help' }) },
    { key: 'c-1', value: eventOf(2, 'chat.message-posted.v1', {}) },
  ]);
  const chats = { ...chatSearch, storage: sqliteStorage(file) };
  const office = { name: 'office', events: chatEvents, projections: [chats] };
  const reprise = createReprise(defineReprise({ contexts: [office] }), {
    ...{ kafka: testEndpoints().kafka, readModelDatabase: database.feederUrl },
    env: { OFFICE_EVENTS_TOPIC: topic.name },
  });
  afterFile(async () => {
    await reprise.close();
    rmSync(folder, { recursive: true });
  });

  expect(await reprise.plan('chat_search')).toMatchObject({ verdict: 'possible' });
  const first = await reprise.rebuild('chat_search');
  expect(first).toMatchObject({ message: null, outcome: 'promoted', documents: { live: 1 } });
  expect(await reprise.rebuild('chat_search')).toMatchObject({ outcome: 'promoted', digest: first.digest });
  const readers = () => {
    const reading = new DatabaseSync(file, { readOnly: true });
    const found = reading.prepare('SELECT document FROM readers JOIN documents ON generation = name').all();
    reading.close();
    return found.map((row) => JSON.parse(String(row['document'])) as object);
  };
  expect(readers()).toEqual([{ title: 'Help', messages: 1 }]);
  await reprise.rollback('chat_search');
  expect(readers()).toEqual([{ title: 'Help', messages: 1 }]);
});
