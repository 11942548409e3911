import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReadModelPool, Registry, runReadModelMigrations } from '@reprise/read-model-indices';
import { afterFile, freshDatabase } from '@reprise/test-kit';

/** A registry in a database of the test file's own, and a folder for the jobs of its actions; both go with the file. */
export async function ownRegistry() {
  const { url, feederUrl } = await freshDatabase('read');
  await runReadModelMigrations(url);
  const pool = createReadModelPool(feederUrl);
  const folder = mkdtempSync(join(tmpdir(), 'reprise-actions-'));
  afterFile(async () => {
    await pool.end();
    rmSync(folder, { recursive: true, force: true });
  });
  return { pool, registry: new Registry(pool), folder };
}
