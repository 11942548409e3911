import { randomUUID } from 'node:crypto';
import { testCredential } from '@reprise/test-kit/access';
import pg from 'pg';
import { startApi, startRelay } from '../../cluster/pipeline.ts';
import type { World } from '../../cluster/world.ts';
import { committedEvents, unpublished } from '../../oracle/event-store.ts';
import { checkCommands } from '../../oracle/command-history.ts';
import { checkLog } from '../../oracle/log-history.ts';
import type { Row, Scene } from '../../row.ts';
import { sendCommands } from '../../traffic/commands.ts';
import { randomFrom } from '../../traffic/random.ts';
import { check, checkSame, eventually } from '../../waiting.ts';

const mug = {
  title: 'Enamel mug',
  description: 'Survives a fall.',
  categoryId: 'kitchen',
  priceMinor: 1_450,
  currency: 'EUR',
  stock: 10,
  tags: [],
};

interface Created {
  readonly status: number;
  readonly id?: string;
}

/** Creates a product under a key; status 0 when no answer came. */
async function create(origin: string, key: string): Promise<Created> {
  try {
    const answer = await fetch(`${origin}/v1/products`, {
      method: 'POST',
      headers: { ...testCredential, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(mug),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: answer.status, id: ((await answer.json()) as { id?: string }).id };
  } catch {
    return { status: 0 };
  }
}

async function counts({ write }: World): Promise<readonly number[]> {
  const { rows } = await write.query<{ counts: number[] }>(
    `SELECT ARRAY[(SELECT count(*) FROM products), (SELECT count(*) FROM event_store), (SELECT count(*) FROM outbox_events)]::int[]
       AS counts`,
  );
  return rows[0]?.counts ?? [];
}

/** The statement that writes everything at once is identified by the key it carries; it commits on its own. */
async function killedAroundCommit({ world, faults }: Scene): Promise<void> {
  const { proxy, env } = await world.tcp('postgres');
  const api = await startApi(world, { env });
  const key = { before: randomUUID(), after: randomUUID() };
  let waiting: 'answer' | undefined;
  const kill = (when: string): 'reset' => {
    proxy.inspect(undefined);
    api.process().signal('SIGKILL');
    faults.count(`API killed ${when} the commit`);
    return 'reset';
  };
  const writes = (bytes: Buffer, under: string): boolean =>
    bytes.includes(under) && bytes.includes('product.created.v1');
  proxy.inspect((bytes, towards) =>
    towards === 'server' && writes(bytes, key.before) ? kill('before') : undefined,
  );
  checkSame((await create(api.origin() ?? '', key.before)).status, 0, 'the answer of the first killed API');
  checkSame(await counts(world), [0, 0, 0], 'products, events, messages after a kill before the commit');
  checkSame((await create(await api.restart(), key.before)).status, 201, 'the retry');
  checkSame(await counts(world), [1, 1, 1], 'products, events, messages after the retry');

  proxy.inspect((bytes, towards) => {
    if (towards === 'server' && writes(bytes, key.after)) waiting = 'answer';
    return towards === 'client' && waiting === 'answer' ? kill('after') : undefined;
  });
  checkSame((await create(api.origin() ?? '', key.after)).status, 0, 'the answer of the second killed API');
  await eventually(async () =>
    checkSame(await counts(world), [2, 2, 2], 'products, events, messages after a kill after the commit'),
  );
  const origin = await api.restart();
  const [first, second] = [await create(origin, key.after), await create(origin, key.after)];
  check(
    first.status === 201 && first.id === second.id,
    'I1: the key gave another product when it came again',
  );
  checkSame(await counts(world), [2, 2, 2], 'products, events, messages after the second retry');
}

async function connectionsTerminated({ world, faults, note }: Scene): Promise<void> {
  const api = await startApi(world);
  startRelay(world);
  const commands = sendCommands({ origin: api.origin, random: randomFrom(1), perSecond: 150, products: 30 });
  const admin = new pg.Client({ connectionString: world.adminUrl });
  await admin.connect();
  try {
    await eventually(() => check(commands.sent.length > 100, 'no commands yet'));
    for (let round = 0; round < 15; round++) {
      const { rowCount } = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE '%product-api%'`,
      );
      faults.count('connection of the API terminated', rowCount ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  } finally {
    await admin.end();
    await commands.stop();
  }
  check(api.process().ended() === undefined, `the API ended:\n${api.process().lines.slice(-30).join('\n')}`);
  const verdict = checkCommands(commands.sent, await committedEvents(world));
  await eventually(async () => checkSame(await unpublished(world), 0, 'unpublished'));
  const { duplicates } = await checkLog(world);
  note(`${verdict.acknowledged} commands acknowledged, each with one event; ${duplicates} duplicate records`);
}

export const writeSideRows: readonly Row[] = [
  {
    id: 'W1',
    title: 'The API is killed around its commit',
    inject: 'SIGKILL when the writing statement leaves the API, and when its answer comes back',
    expect: 'product, event and outbox row all or none; the same Idempotency-Key gives one product',
    invariants: ['I1', 'I2'],
    kind: 'scenario',
    fires: ['API killed before the commit', 'API killed after the commit'],
    run: killedAroundCommit,
  },
  {
    id: 'W1b',
    title: 'The database ends the connections of the API',
    inject: 'pg_terminate_backend on all of them, 15 times, under 150 commands/s',
    expect: 'the API lives on; every acknowledged command has exactly one event',
    invariants: ['I1', 'I2', 'I3', 'I4'],
    kind: 'scenario',
    fires: ['connection of the API terminated'],
    run: connectionsTerminated,
  },
  {
    id: 'W2',
    title: 'Transactions commit out of the order of their numbers',
    inject:
      'one inserts and stays open, a later one commits and is published, the first commits, or rolls back',
    expect: 'the late event is published, none is skipped; a rollback stalls nothing',
    invariants: ['I1', 'I3'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/relay/src/relay/relay.int.spec.ts',
        titles: ['publishes events whose transaction committed after higher ids were published'],
      },
      {
        file: 'libs/outbox/src/claim.int.spec.ts',
        titles: ['does not stall on an id whose transaction was rolled back'],
      },
    ],
  },
  {
    id: 'W3',
    title: 'A transaction stays open and holds back all cleaning',
    inject: 'idle in transaction beside load',
    expect: 'nothing skipped, order kept, the open writer is shown',
    invariants: ['I1', 'I3'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/relay/src/relay/relay.int.spec.ts',
        titles: ['skips nothing while a transaction stays open'],
      },
      { file: 'libs/outbox/src/claim.int.spec.ts', titles: ['shows a writer that stays open'] },
    ],
  },
  {
    id: 'W4',
    title: 'Two updates with the same If-Match',
    inject: '50 parallel changes',
    expect: 'one 200, 49 times 412, versions without a gap',
    invariants: ['I3'],
    kind: 'spec',
    specs: [
      {
        file: 'apps/product-api/src/product-api.e2e.spec.ts',
        titles: ['answer exactly one 200 and 49 times 412'],
      },
    ],
  },
  {
    id: 'W5',
    title: 'The API is stopped while clients hold connections and send bodies a byte at a time',
    inject: 'a connection without a request, headers and a body that do not end, SIGTERM',
    expect: 'what is no request is cut at once, the body after 10 s; it ends with 0',
    invariants: ['I9', 'I12'],
    kind: 'spec',
    specs: [
      {
        file: 'apps/product-api/src/main.e2e.spec.ts',
        titles: ['on SIGTERM ends although a client sends its body a byte at a time'],
      },
    ],
  },
];
