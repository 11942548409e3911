import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterFile, releaseAll } from '../after-file.ts';
import { eventually } from '../eventually.ts';
import { freshDatabase } from './fresh-database.ts';
import { freshName } from '../fresh-name.ts';
import { dropIndices, elasticsearch } from './indices.ts';
import { freshTopic, kafkaAdmin, produceRaw } from './kafka.ts';

async function query<R extends object>(url: string, sql: string): Promise<R[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a fresh database', () => {
  it.each(['write', 'read'] as const)(
    'for the %s side belongs to its role and is gone when dropped',
    async (kind) => {
      const database = await freshDatabase(kind);
      await query(database.url, 'CREATE TABLE things (id int)');
      const [owner] = await query<{ me: string }>(database.url, 'SELECT current_user AS me');
      expect(owner?.me).toBe(`reprise_${kind}`);
      const [reader] = await query<{ me: string }>(database.eventStoreUrl, 'SELECT current_user AS me');
      expect(reader?.me).toBe('reprise_event_reader');
      await expect(query(database.eventStoreUrl, 'SELECT * FROM things')).rejects.toThrow(
        /permission denied/,
      );
      await database.drop();
      await expect(query(database.adminUrl, 'SELECT 1')).rejects.toThrow(/does not exist/);
    },
  );

  it('fails the file that left a connection open', async () => {
    const database = await freshDatabase('write');
    const client = new Client({ connectionString: database.url, application_name: 'forgotten' });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('SELECT 42');
    await expect(releaseAll()).rejects.toThrow(
      /were never closed[^]*reprise_write "forgotten" \(idle\), last: SELECT 42/,
    );
    await client.end().catch(() => undefined);
  });
});

describe('a fresh topic', () => {
  const ends = async (topic: string): Promise<Record<number, string>> => {
    const offsets = await (await kafkaAdmin()).fetchTopicOffsets(topic);
    return Object.fromEntries(offsets.map(({ partition, high }) => [partition, high]));
  };

  it('takes records by key and by partition', async () => {
    const topic = await freshTopic({ partitions: 3, config: { 'cleanup.policy': 'delete' } });
    await produceRaw(
      topic,
      ['first', 'second'].map((value) => ({ key: 'same', value })),
    );
    const afterEvents = Object.values(await ends(topic.name)).map(Number);
    expect(afterEvents.toSorted()).toEqual([0, 0, 2]);
    await produceRaw(topic, [{ partition: 1, key: null, value: 'not JSON' }]);
    const total = Object.values(await ends(topic.name)).reduce((sum, high) => sum + Number(high), 0);
    expect(total).toBe(3);
  });

  it('is gone when deleted', async () => {
    const topic = await freshTopic();
    await topic.delete();
    await eventually(async () => {
      const topics = await (await kafkaAdmin()).listTopics();
      expect(topics).not.toContain(topic.name);
    });
  });
});

describe('indices with a fresh name', () => {
  it('are dropped by their prefix', async () => {
    const prefix = freshName('test_kit');
    afterFile(() => dropIndices(prefix));
    await elasticsearch().indices.create({ index: `${prefix}_a` });
    await elasticsearch().indices.create({ index: `${prefix}_b` });
    await dropIndices(prefix);
    expect(await elasticsearch().indices.get({ index: `${prefix}*` })).toEqual({});
    await dropIndices(prefix);
  });

  it('are the only ones it deletes', async () => {
    // A name nothing has: should the guard be broken, this test must not delete what it is meant to protect.
    await expect(dropIndices(`unknown_${randomUUID()}`)).rejects.toThrow(/does not come from freshName/);
  });
});
