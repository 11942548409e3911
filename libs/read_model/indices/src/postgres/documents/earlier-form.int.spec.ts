import { freshDatabase, freshName } from '@reprise/test-kit';
import { escapeIdentifier, type Pool } from 'pg';
import { generationName } from '../../generation/generation-name.ts';
import { runReadModelMigrations } from '../../migrations/read-model-migrations.ts';
import { postgresGenerationStore } from '../generation-store.ts';
import { createReadModelPool } from '../pool.ts';
import { contractStorage } from '../testing/contract-storage.ts';

const projection = freshName('earlier');
const name = generationName(1, projection, new Date(1_000), 'c0ffee00');
let pool: Pool;

beforeAll(async () => {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  pool = createReadModelPool(database.url);
  const table = `generations.${escapeIdentifier(name)}`;
  await pool.query(`CREATE TABLE ${table} (product_id uuid PRIMARY KEY, version integer, status text, title text, stock integer,
                                           bucket smallint, digest_high bigint, digest_low bigint)`);
  await pool.query(`INSERT INTO ${table} (product_id, version, status)
                    SELECT gen_random_uuid(), 1, CASE n % 3 WHEN 0 THEN 'deleted' ELSE 'draft' END FROM generate_series(1, 9) AS n`);
});
afterAll(() => pool.end());

describe('a table that a release before the second form built', () => {
  const store = () =>
    postgresGenerationStore(pool, {
      projection,
      storage: contractStorage,
      readersView: `${projection}_readers`,
    });

  it('is counted, so that the gate of its successor can compare with it', async () => {
    expect(await store().counts(name)).toEqual({ documents: 9, tombstones: 3 });
  });

  it('is not read as if it had the form of this release, and the reason is said', async () => {
    await expect(store().bucketDigests(name)).rejects.toMatchObject({
      code: 'GENERATION_CONFLICT',
      message: expect.stringMatching(
        /reprise_bucket.*another release built it\. Nothing was changed\. Rebuild/,
      ),
    });
  });
});
