import { connectionFaults } from '@reprise/runtime/connections';
import { spawnApp, type SpawnedApp } from '@reprise/test-kit';
import pg from 'pg';
import { documentedGrants, documentedGroups, type DocumentedGrant } from '../testing/documented-rights.ts';
import { textOf, type ProcessName, type SecuredPlatform } from '../testing/secured-platform.ts';
import { writers } from '../testing/writers.ts';
import { eachGrantOfWritersIsNeeded } from './missing-writer-grants.contract.ts';

const refusal = connectionFaults['no-rights'].words;

/** For each right that the page lists for a process of the write side: without it, what needs it is refused, and the right is named. */
export function eachGrantOfTheWriteSideIsNeeded(platform: () => SecuredPlatform): void {
  let owner: pg.Client;
  const start = (name: ProcessName, args: readonly string[]): SpawnedApp =>
    spawnApp(`apps/${name}/src/main.ts`, { args, env: platform().environment[name] });
  /** What happens without a right, which is given back afterwards. */
  async function without<T>({ role, table, privilege }: DocumentedGrant, work: () => Promise<T>): Promise<T> {
    await owner.query(`REVOKE ${privilege} ON ${table} FROM ${role}`);
    try {
      return await work();
    } finally {
      await owner.query(`GRANT ${privilege} ON ${table} TO ${role}`);
    }
  }

  describe('the write side', () => {
    beforeAll(async () => {
      owner = new pg.Client(platform().databaseUrl('reprise_write', 'reprise_write'));
      await owner.connect();
    });
    afterAll(() => owner.end());

    it.each(documentedGrants('outbox_publisher'))(
      'outbox-relay is refused without $privilege on $table',
      async (grant) => {
        const refused = await without(grant, async () => {
          const app = start('outbox-relay', ['--once', '--release-parked']);
          return [(await app.exit()).code, textOf(app)];
        });
        // What cannot be recorded after it is done stays done.
        const isAfter = grant.table === 'audit_outcomes';
        const words = `permission denied for table ${grant.table}`;
        const why = new RegExp(isAfter ? words : `Postgres at \\S+ ${refusal} \\(${words}\\)`);
        expect(refused).toEqual([isAfter ? 0 : 1, expect.stringMatching(why)]);
      },
      100_000,
    );

    it.each([
      [
        'event_store',
        ['rebuild', '--projection', 'product_summary', '--source', 'event-store', '--dry-run'],
        1,
      ],
      ['unpublished_events', ['status'], 0],
    ] as const)(
      'rebuild-job is refused without SELECT on %s',
      async (table, words, code) => {
        const grant = documentedGrants('event_store_reader').find((one) => one.table === table)!;
        const refused = await without(grant, async () => {
          const app = start('rebuild-job', words);
          return [(await app.exit()).code, textOf(app)];
        });
        expect(refused).toEqual([code, expect.stringContaining(table)]);
      },
      100_000,
    );

    it('each right of the event reader is one of these', () => {
      expect(documentedGrants('event_store_reader').map(({ table }) => table)).toEqual([
        'event_store',
        'unpublished_events',
      ]);
    });

    it('each role of the page is one whose rights are taken away', () => {
      const taken = [...writers.map(({ role }) => role), 'outbox_publisher', 'event_store_reader'];
      // That of the registry: `missing-registry-grants.contract.ts`.
      expect(documentedGroups().toSorted()).toEqual([...taken, 'read_model_feeder'].toSorted());
    });

    eachGrantOfWritersIsNeeded(platform);
  });
}
