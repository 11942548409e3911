import { randomUUID } from 'node:crypto';
import { createReadModelPool, Registry, runReadModelMigrations } from '@reprise/read-model-indices';
import { connectionFaults } from '@reprise/runtime/connections';
import pg from 'pg';
import { documentedGrants } from '../testing/documented-rights.ts';
import { usesOfRegistry, usesOfTables, type Uses } from '../testing/registry-uses.ts';
import { messageOf, type SecuredPlatform } from '../testing/secured-platform.ts';

/** For each right that the page lists for consumer and job on the registry: without it, what needs it is refused, and the right is named. */
export function eachGrantOfTheRegistryIsNeeded(platform: () => SecuredPlatform): void {
  describe('consumer and job', () => {
    const ownerUrl = () => platform().databaseUrl('reprise_read', 'reprise_read');
    let owner: pg.Client;
    let pool: ReturnType<typeof createReadModelPool>;
    let uses: Uses;

    beforeAll(async () => {
      owner = new pg.Client(ownerUrl());
      await owner.connect();
      pool = createReadModelPool(platform().databaseUrl('reprise_feeder', 'reprise_read'));
      const registry = new Registry(pool, { budgetMs: 1 });
      const request = { runId: randomUUID(), holder: 'test', ttlMs: 600_000 };
      const lease = await registry.acquireLease('rights', request);
      if (!lease.acquired) throw new Error('somebody else has the lease of this test');
      uses = { ...(await usesOfRegistry(registry, lease.fence)), ...(await usesOfTables(pool)) };
    });
    afterAll(async () => {
      await pool.end();
      await owner.end();
      // Of some tables the role has rights on single columns, which were not given back one by one.
      await runReadModelMigrations(ownerUrl());
    });

    it.each(documentedGrants('read_model_feeder'))(
      'are refused without $privilege on $table',
      async ({ role, table, privilege }) => {
        const use = uses[table.replace('registry.', '')]?.[privilege];
        await owner.query(`REVOKE ${privilege} ON ${table} FROM ${role}`);
        const message = await messageOf(use!);
        await owner.query(`GRANT ${privilege} ON ${table} TO ${role}`);
        const { words } = connectionFaults['no-rights'];
        expect(message).toContain(
          `/reprise_read ${words} (permission denied for table ${table.replace('registry.', '')}). `,
        );
      },
    );

    it.each([
      [
        'USAGE ON SEQUENCE registry.fencing_tokens',
        'leases',
        'permission denied for sequence fencing_tokens',
      ],
      ['CREATE ON SCHEMA generations', 'generations.*', 'permission denied for schema generations'],
      ['CREATE ON SCHEMA public', 'public.*', 'permission denied for schema public'],
    ])('are refused without %s', async (right, table, why) => {
      await owner.query(`REVOKE ${right} FROM read_model_feeder`);
      const message = await messageOf(uses[table]!['INSERT']!);
      await owner.query(`GRANT ${right} TO read_model_feeder`);
      expect(message).toContain(`/reprise_read ${connectionFaults['no-rights'].words} (${why}). `);
    });
  });
}
