import { randomUUID } from 'node:crypto';
import {
  createReadModelPool,
  feederHolder,
  Registry,
  runReadModelMigrations,
} from '@reprise/read-model-indices';
import { afterFile, freshDatabase } from '@reprise/test-kit';
import { takeLease } from './under-lease.ts';

let registry: Registry;
beforeAll(async () => {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  afterFile(() => pool.end());
  registry = new Registry(pool);
});

describe('what takes the lease of a projection', () => {
  const held = (holder: string, ttlMs: number) =>
    registry.acquireLease('clicks', { runId: randomUUID(), holder, ttlMs });

  it('waits for a feeding process, which has it for the moments of a first generation', async () => {
    expect(await held(feederHolder('host-1'), 1_000)).toMatchObject({ acquired: true });
    const { release } = await takeLease(registry, 'clicks', randomUUID());
    await release();
  });

  it('does not wait for a run', async () => {
    expect(await held('somebody', 600_000)).toMatchObject({ acquired: true });
    await expect(takeLease(registry, 'clicks', randomUUID())).rejects.toMatchObject({ code: 'BUSY' });
  });
});
