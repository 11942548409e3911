import { randomUUID } from 'node:crypto';
import { canaryId } from '@reprise/events';
import { connectionFaults } from '@reprise/runtime/connections';
import { eventually, spawnApp, type SpawnedApp } from '@reprise/test-kit';
import pg from 'pg';
import { documentedGrants, type DocumentedGrant } from '../testing/documented-rights.ts';
import { newKey, productClient, type ProductClient } from '../testing/product-client.ts';
import { textOf, type Env, type ProcessName, type SecuredPlatform } from '../testing/secured-platform.ts';

const refusal = connectionFaults['no-rights'].words;

/** For each right that the page lists for a process of the write side: without it, what needs it is refused, and the right is named. */
export function eachGrantOfTheWriteSideIsNeeded(platform: () => SecuredPlatform): void {
  let owner: pg.Client;
  const start = (name: ProcessName, args: readonly string[] = [], more: Env = {}): SpawnedApp =>
    spawnApp(`apps/${name}/src/main.ts`, { args, env: { ...platform().environment[name], ...more } });
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

    describe('product-api', () => {
      const grants = documentedGrants('product_writer');
      // These are used at its start.
      const [starting, forgetting] = ['write_migrations SELECT', 'idempotency_keys DELETE'].map((words) =>
        grants.find(({ table, privilege }) => `${table} ${privilege}` === words),
      );
      let api: SpawnedApp;
      let client: ProductClient;
      let product: string;
      const keys = Array.from({ length: 4 }, () => newKey());

      beforeAll(async () => {
        await owner.query(
          `INSERT INTO api_keys (id, environment, name, hash, scopes) SELECT id, 'test', 'tests', hash, '{*}'
         FROM unnest($1::text[], $2::text[]) AS given (id, hash)`,
          [keys.map(({ id }) => id), keys.map(({ hash }) => hash)],
        );
        // Only keys of the database, and a canary each second.
        const own = { ACCESS_KEYS_FILE: undefined, CANARY_SECONDS: '1' };
        api = start('product-api', [], own);
        const { origin } = await without(forgetting!, () => api.ready({ timeoutMs: 120_000 }));
        client = productClient(origin, keys[0]!.key);
        product = await client.publish();
      }, 150_000);
      afterAll(() => api.kill());

      it('says at its start which rights are missing, and does not start without the one on its migrations', async () => {
        expect(textOf(api)).toContain('permission denied for table idempotency_keys');
        const refused = await without(starting!, async () => {
          const app = start('product-api');
          return [(await app.exit(60_000)).code, textOf(app)];
        });
        const words = new RegExp(
          `Postgres at \\S+ ${refusal} \\(permission denied for table write_migrations\\)`,
        );
        expect(refused).toEqual([1, expect.stringMatching(words)]);
      }, 90_000);

      const read = () => client.read(product);
      const create = async () => (await client.create()).status;
      const createWithKey = async () => (await client.create({ 'idempotency-key': randomUUID() })).status;
      /** What is done to make it use each right of a table. */
      const uses: Readonly<Record<string, Partial<Record<string, () => Promise<number | void>>>>> = {
        products: { SELECT: read, INSERT: create, UPDATE: () => client.publishAgain() },
        event_store: { SELECT: create, INSERT: create },
        outbox_events: { SELECT: () => client.metrics(), INSERT: create },
        idempotency_keys: { SELECT: createWithKey, INSERT: createWithKey },
        reprise_canaries: { UPDATE: () => haveCanaries(owner) },
        api_keys: { SELECT: read },
        api_key_uses: {},
      };

      it.each(grants.filter((grant) => grant !== starting && grant !== forgetting))(
        'is refused without $privilege on $table',
        async (grant) => {
          const { table, privilege } = grant;
          const before = textOf(api).length;
          const key = keys[['SELECT', 'INSERT', 'UPDATE'].indexOf(privilege) + 1]!;
          const use =
            table === 'api_key_uses' ? () => client.read(product, key.key) : uses[table]?.[privilege];
          const answered = await without(grant, async () => {
            let status: number | void = undefined;
            await eventually(
              async () => {
                status = await use?.();
                expect(textOf(api).slice(before)).toMatch(
                  new RegExp(`Postgres at \\S+ ${refusal} \\(permission denied for table ${table}\\)`),
                );
              },
              { timeoutMs: 20_000 },
            );
            return status;
          });
          // What needs it in the background harms no request.
          const isInBackground =
            ['reprise_canaries', 'api_key_uses'].includes(table) || use === uses['outbox_events']!['SELECT'];
          if (!isInBackground) expect(answered).toBeGreaterThanOrEqual(500);
          expect(await read()).toBe(200);
        },
        60_000,
      );
    });

    it.each(documentedGrants('outbox_publisher'))(
      'outbox-relay is refused without $privilege on $table',
      async (grant) => {
        const refused = await without(grant, async () => {
          const app = start('outbox-relay', ['--once', '--release-parked']);
          return [(await app.exit(90_000)).code, textOf(app)];
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
          return [(await app.exit(90_000)).code, textOf(app)];
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
  });
}

/** Lets the canaries of the next minute be there already, so that they are changed and not made. */
async function haveCanaries(owner: pg.Client): Promise<void> {
  const turn = Math.floor(Date.now() / 1_000);
  await owner.query(
    `INSERT INTO reprise_canaries (id, version, turn, created_at, updated_at)
     SELECT id, 1, 0, now(), now() FROM unnest($1::uuid[]) AS id ON CONFLICT DO NOTHING`,
    [Array.from({ length: 60 }, (_, ahead) => canaryId(turn + ahead))],
  );
}
