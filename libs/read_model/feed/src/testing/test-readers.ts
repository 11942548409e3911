import { randomUUID } from 'node:crypto';
import type { DomainEvent } from '@reprise/events';
import {
  createReadModelPool,
  generationName,
  postgresGenerationStore,
  runReadModelMigrations,
  type GenerationCounts,
  type GenerationName,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { afterFile, freshDatabase } from '@reprise/test-kit';
import { feedEvents } from '../feed/feed-events.ts';

export interface TestReaders {
  /**
   * Feeds the events, batch by batch, into a new generation that readers are then pointed at; gives the rows they see, and what the
   * generation holds in all.
   */
  afterFeeding(
    projection: Projection,
    events: readonly DomainEvent[],
    batchSize: number,
  ): Promise<{ readonly rows: unknown[]; readonly counts: GenerationCounts }>;
}

/** Readers of projections kept in Postgres, in a database of the test file's own that is gone afterwards. */
export async function testReaders(): Promise<TestReaders> {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.url);
  afterFile(() => pool.end());
  let builds = 0;

  return {
    async afterFeeding(projection, events, batchSize) {
      const { name, storage } = projection;
      if (storage.kind !== 'postgres') throw new Error(`${name} is not kept in Postgres`);
      const store = postgresGenerationStore(pool, { projection: name, storage, readersView: name });
      const generation = generationName(1, name, new Date(1_000 * builds++), 'c0ffee00');
      await store.create(generation, {
        uuid: randomUUID(),
        projection: name,
        projectionVersion: 1,
        fingerprint: 'f',
      });
      for (let from = 0; from < events.length; from += batchSize) {
        const target = { store, name: generation, projection };
        const { gaps, poison } = await feedEvents(target, events.slice(from, from + batchSize), undefined);
        expect([gaps, poison]).toEqual([[], []]);
      }
      await store.finishBuild(generation);
      await moveReaders(store, generation);
      const { rows } = await pool.query<{ row: unknown }>(
        `SELECT to_jsonb(seen) AS row FROM ${name} AS seen`,
      );
      return { rows: rows.map(({ row }) => row), counts: await store.counts(generation) };
    },
  };
}

async function moveReaders(store: GenerationStore, to: GenerationName): Promise<void> {
  const before = await store.observeReaders();
  const from = before.kind === 'generation' ? before.name : undefined;
  await store.switchReaders(from, to);
  if (from !== undefined) await store.drop(from);
}
