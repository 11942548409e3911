import { randomUUID } from 'node:crypto';
import { canaryId } from '@reprise/events';
import { eventually, spawnApp, type SpawnedApp } from '@reprise/test-kit';
import pg from 'pg';
import { documentedGrants, type DocumentedGrant } from './documented-rights.ts';
import { newKey } from './product-client.ts';
import { textOf, type SecuredPlatform } from './secured-platform.ts';
import { WriterClient, type Writer } from './writers.ts';

/** What happened to a write API without one of its rights. */
export interface WithoutGrant {
  /** What the process wrote meanwhile. */
  readonly text: string;
  /** How it answered the request that needs the right; none where it is needed in the background. */
  readonly answered: number | undefined;
  /** How it answered once it had the right again. */
  readonly afterwards: number;
}

export interface WriterWithoutRights {
  /** What it wrote at its start without the right to forget old answers, which it is ready without. */
  readonly started: string;
  /** How it ended without the right to see its migrations. */
  readonly refused: { readonly code: number | null; readonly text: string };
  readonly without: ReadonlyMap<DocumentedGrant, Promise<WithoutGrant>>;
}

const is = (words: string) => (grant: DocumentedGrant) => `${grant.table} ${grant.privilege}` === words;

/** The rights of a writer that are used while it runs. */
export function runningGrants({ role }: Writer): DocumentedGrant[] {
  return documentedGrants(role).filter(
    (grant) => !is('write_migrations SELECT')(grant) && !is('idempotency_keys DELETE')(grant),
  );
}

/** Whether a right is used in the background, where its lack harms no request. */
export function isOfBackground(grant: DocumentedGrant): boolean {
  return ['reprise_canaries', 'api_key_uses'].includes(grant.table) || is('outbox_events SELECT')(grant);
}

/** What a process writes when it lacks a right. */
export function refusalOf({ table }: DocumentedGrant): string {
  return `permission denied for table ${table}`;
}

/** Starts a write API and takes one right after the other away from it. The runs of several writers harm each other in nothing. */
export async function writerWithoutRights(
  writer: Writer,
  platform: SecuredPlatform,
  ended: (end: () => Promise<unknown>) => void,
): Promise<WriterWithoutRights> {
  const owner = new pg.Client(platform.databaseUrl(writer.owner, writer.owner));
  await owner.connect();
  ended(() => owner.end());
  const [own, ...others] = Array.from({ length: 4 }, () => newKey());
  await owner.query(
    `INSERT INTO api_keys (id, environment, name, hash, scopes) SELECT id, 'test', 'tests', hash, '{*}'
     FROM unnest($1::text[], $2::text[]) AS given (id, hash)`,
    [[own!, ...others].map(({ id }) => id), [own!, ...others].map(({ hash }) => hash)],
  );
  const without = async <T>(
    { role, table, privilege }: DocumentedGrant,
    work: () => Promise<T>,
  ): Promise<T> => {
    await owner.query(`REVOKE ${privilege} ON ${table} FROM ${role}`);
    return work().finally(() => owner.query(`GRANT ${privilege} ON ${table} TO ${role}`));
  };
  // Only keys of the database, and a canary each second.
  const surroundings = { ACCESS_KEYS_FILE: undefined, CANARY_SECONDS: '1' };
  const start = (): SpawnedApp =>
    spawnApp(`apps/${writer.process}/src/main.ts`, {
      env: { ...platform.environment[writer.process], ...surroundings },
    });
  const grants = documentedGrants(writer.role);
  const api = await without(grants.find(is('idempotency_keys DELETE'))!, async () => {
    const app = start();
    ended(() => app.kill());
    await app.ready({ timeoutMs: 120_000 });
    await eventually(() => Promise.resolve(expect(textOf(app)).toContain('idempotency_keys')));
    return app;
  });
  const { origin } = await api.ready();
  const started = textOf(api);
  const refused = await without(grants.find(is('write_migrations SELECT'))!, async () => {
    const app = start();
    return { code: (await app.exit()).code, text: textOf(app) };
  });
  const client = new WriterClient(origin, own!.key);
  for (const aggregate of Object.values(writer.aggregates)) await client.create(aggregate);

  const one = Object.values(writer.aggregates)[0]!;
  const read = () => client.read(one);
  const create = () => client.create(one);
  const createWithKey = () => client.create(one, { 'idempotency-key': randomUUID() });
  /** What is done to make it use each right of a table. */
  const uses: Readonly<Record<string, Partial<Record<string, () => Promise<number | void>>>>> = {
    ...Object.fromEntries(
      Object.entries(writer.aggregates).map(([table, aggregate]) => [
        table,
        {
          SELECT: () => client.read(aggregate),
          INSERT: () => client.create(aggregate),
          UPDATE: () => client.change(aggregate),
        },
      ]),
    ),
    event_store: { SELECT: create, INSERT: create },
    outbox_events: { SELECT: () => client.metrics(), INSERT: create },
    idempotency_keys: { SELECT: createWithKey, INSERT: createWithKey },
    reprise_canaries: { UPDATE: () => haveCanaries(owner) },
    api_keys: { SELECT: read },
    // One for each right: a use of a key is written down once a minute.
    api_key_uses: Object.fromEntries(
      ['SELECT', 'INSERT', 'UPDATE'].map((right, at) => [right, () => client.read(one, others[at]!.key)]),
    ),
  };
  const take = async (grant: DocumentedGrant): Promise<WithoutGrant> => {
    const before = textOf(api).length;
    const answered = await without(grant, async () => {
      let status: number | void = undefined;
      await eventually(async () => {
        status = await uses[grant.table]?.[grant.privilege]?.();
        expect(textOf(api).slice(before)).toContain(refusalOf(grant));
      });
      return status;
    });
    return { text: textOf(api).slice(before), answered: answered ?? undefined, afterwards: await read() };
  };
  let last: Promise<unknown> = Promise.resolve();
  const taken = runningGrants(writer).map((grant) => {
    const next = last.then(() => take(grant));
    last = next.catch(() => undefined);
    return [grant, next] as const;
  });
  return { started, refused, without: new Map(taken) };
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
