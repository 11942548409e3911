import type { Pool } from 'pg';
import { freshDatabase, freshName } from '@reprise/test-kit';
import {
  contractDocument,
  generationStoreContract,
} from '../generation/contract/generation-store.contract.ts';
import { runReadModelMigrations } from '../migrations/read-model-migrations.ts';
import { postgresGenerationStore } from './generation-store.ts';
import { createReadModelPool } from './pool.ts';
import { contractStorage } from './testing/contract-storage.ts';

describe('the Postgres store', () => {
  const projection = freshName('store');
  const readersView = `${projection}_readers`;
  let pool: Pool;

  afterAll(() => pool.end());

  generationStoreContract(async () => {
    const database = await freshDatabase('read');
    await runReadModelMigrations(database.url);
    pool = createReadModelPool(database.url);
    return {
      store: postgresGenerationStore(pool, { projection, storage: contractStorage, readersView }),
      projection,
      unacceptable(id, version) {
        const document = contractDocument(version, { productId: id });
        return { ...document, canonical: `${document.canonical.slice(0, -1)},"unknown":1}` };
      },
      async confuseReaders() {
        await pool.query(`CREATE TABLE ${readersView} (id integer)`);
      },
      async readElsewhere(name) {
        await pool.query(`CREATE VIEW generations.${readersView} AS SELECT * FROM generations."${name}"`);
        return `generations.${readersView}`;
      },
      async releaseReaders() {
        await pool.query(`DROP VIEW IF EXISTS generations.${readersView}`);
        const { rows } = await pool.query<{ relkind: string }>(
          `SELECT relkind FROM pg_class WHERE relname = $1 AND relnamespace = 'public'::regnamespace`,
          [readersView],
        );
        for (const { relkind } of rows)
          await pool.query(`DROP ${relkind === 'v' ? 'VIEW' : 'TABLE'} ${readersView}`);
      },
    };
  });
});
