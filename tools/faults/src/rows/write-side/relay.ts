import { testCredential } from '@reprise/test-kit/access';
import { isProduceRequest } from '@reprise/test-kit/proxies';
import { startApi, startConsumer, startRelay } from '../../cluster/pipeline.ts';
import { checkAtRest } from '../../oracle/check-all.ts';
import { checkCommands } from '../../oracle/command-history.ts';
import { committedEvents, unpublished } from '../../oracle/event-store.ts';
import { checkLog } from '../../oracle/log-history.ts';
import type { Row, Scene } from '../../row.ts';
import { sendCommands } from '../../traffic/commands.ts';
import { randomFrom } from '../../traffic/random.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame, eventually } from '../../waiting.ts';

const drained = (scene: Scene, timeoutMs = 90_000): Promise<void> =>
  eventually(async () => checkSame(await unpublished(scene.world), 0, 'unpublished outbox rows'), {
    timeoutMs,
  });

async function killedAfterAcknowledgement(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  const consumer = startConsumer(world);
  await seed(world, { products: 40, events: 10, upTo: 'outbox' });
  for (const point of ['relay.afterAck=kill@3', 'relay.afterAck=kill@2']) {
    const killed = startRelay(world, { env: { FAILPOINT: point } });
    checkSame(await killed.exit(), { code: null, signal: 'SIGKILL' }, 'the end of the relay');
    faults.count('relay killed between acknowledgement and mark');
  }
  startRelay(world);
  await consumer;
  const { duplicates, committed } = await checkAtRest(world);
  check(duplicates > 0, 'no record was repeated, so the kill came at another moment');
  note(`${committed} events, ${duplicates} duplicate records, no duplicate effect`);
}

async function connectionReset(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  const { proxy, env } = await world.tcp('kafka');
  await seed(world, { products: 40, events: 10, upTo: 'outbox' });
  let produced = 0;
  proxy.inspect((bytes, towards) => {
    if (towards !== 'server' || !isProduceRequest(bytes)) return undefined;
    produced += 1;
    return produced % 2 === 0 && produced < 12 ? 'reset' : undefined;
  });
  startRelay(world, { env });
  await drained(scene);
  faults.count('connection reset at a produce request', proxy.faults());
  const { duplicates } = await checkLog(world);
  note(`${duplicates} duplicate records`);
}

async function postgresKilled({ world, faults, note }: Scene): Promise<void> {
  const api = await startApi(world);
  const relay = startRelay(world);
  const consumer = await startConsumer(world);
  const commands = sendCommands({ origin: api.origin, random: randomFrom(5), perSecond: 100, products: 30 });
  const problems = new Set<string>();
  try {
    await eventually(() => check(commands.sent.length > 80, 'no commands yet'));
    await world.servers.own?.kill('postgres');
    faults.count('Postgres killed');
    await eventually(async () => {
      const answer = await fetch(`${api.origin()}/v1/products`, {
        method: 'POST',
        headers: { ...testCredential, 'content-type': 'application/json' },
        body: JSON.stringify({
          title: 'x',
          description: '',
          categoryId: 'c',
          priceMinor: 1,
          currency: 'EUR',
          stock: 0,
          tags: [],
        }),
      });
      problems.add(`${answer.status} ${answer.headers.get('content-type')?.split(';')[0]}`);
      check(answer.status === 503, `the API answers ${answer.status} without its database`);
    });
    await world.servers.own?.restart();
  } finally {
    await commands.stop();
  }
  for (const { name, ended } of [api.process(), relay, consumer])
    check(ended() === undefined, `${name} ended while Postgres was away`);
  checkSame([...problems].at(-1), '503 application/problem+json', 'the answer of the API');
  const { acknowledged } = checkCommands(commands.sent, await committedEvents(world));
  const { duplicates } = await checkAtRest(world);
  note(
    `${acknowledged} commands acknowledged, ${duplicates} duplicate records; all three processes lived on`,
  );
}

async function brokerKilled({ world, faults, note }: Scene): Promise<void> {
  const api = await startApi(world);
  const relay = startRelay(world);
  const consumer = await startConsumer(world);
  const commands = sendCommands({ origin: api.origin, random: randomFrom(6), perSecond: 100, products: 30 });
  try {
    await eventually(() => check(commands.sent.length > 80, 'no commands yet'));
    await world.servers.own?.kill('kafka');
    faults.count('Kafka killed');
    const before = commands.sent.length;
    await eventually(() => check(commands.sent.length > before + 150, 'the API does not resume'));
    const waiting = await unpublished(world);
    check(waiting > 50, `only ${waiting} messages wait while Kafka is away`);
    await world.servers.own?.restart();
  } finally {
    await commands.stop();
  }
  for (const { name, ended } of [api.process(), relay, consumer])
    check(ended() === undefined, `${name} ended while Kafka was away`);
  const failed = commands.sent.filter(({ attempts }) => attempts > 1).length;
  checkSame(failed, 0, 'commands that had to be repeated because Kafka was away');
  const { acknowledged } = checkCommands(commands.sent, await committedEvents(world));
  const { duplicates } = await checkAtRest(world);
  note(`${acknowledged} commands acknowledged, none repeated; ${duplicates} duplicate records`);
}

const faultsSpec = 'apps/outbox-relay/src/relay-faults.e2e.spec.ts';
const outageSpec = 'apps/outbox-relay/src/relay-outage.e2e.spec.ts';

export const relayRows: readonly Row[] = [
  {
    id: 'R1',
    title: 'The relay is killed after the acknowledgement, before the mark',
    inject: 'failpoint relay.afterAck, twice',
    expect: 'duplicate records, no second effect',
    invariants: ['I1', 'I2', 'I3', 'I4', 'I5'],
    kind: 'scenario',
    fires: ['relay killed between acknowledgement and mark'],
    run: killedAfterAcknowledgement,
  },
  {
    id: 'R2',
    title: 'The connection to the broker is reset at produce requests',
    inject: 'TCP proxy resets five of them',
    expect: 'sent again; order of first occurrences kept',
    invariants: ['I1', 'I2', 'I3'],
    kind: 'scenario',
    fires: ['connection reset at a produce request'],
    run: connectionReset,
  },
  {
    id: 'R2b',
    title: 'The relay is killed before a batch is sent; a batch is acknowledged to nobody',
    inject: 'failpoint relay.beforeSend; TCP proxy loses the answer',
    expect: 'sent again, recognised by the broker as a repetition',
    invariants: ['I1', 'I3'],
    kind: 'spec',
    specs: [
      { file: faultsSpec, titles: ['before a batch is sent'] },
      { file: outageSpec, titles: ['just when it acknowledges a batch'] },
    ],
  },
  {
    id: 'R3',
    title: 'A leader is stopped, its standby publishes, the leader resumes',
    inject: 'SIGSTOP at failpoints before the send and after the acknowledgement, SIGCONT later',
    expect: 'it asks whether it still leads before each batch; late sends are duplicates only',
    invariants: ['I3', 'I4'],
    kind: 'spec',
    specs: [
      {
        file: faultsSpec,
        titles: ['takes over from a leader that is stopped', 'is not disturbed by a zombie'],
      },
    ],
  },
  {
    id: 'R4',
    title: 'The session that holds the lock is terminated',
    inject: 'pg_terminate_backend, five times; the same for every session it has',
    expect: 'publishing stops, it is elected again, order kept',
    invariants: ['I3'],
    kind: 'spec',
    specs: [
      {
        file: faultsSpec,
        titles: ['stops, is elected again', 'survives the end of every session it has'],
      },
    ],
  },
  {
    id: 'R4b',
    title: 'Someone who may not publish takes the locks of the relay',
    inject: 'the event reader holds the advisory lock of earlier releases and tries the table',
    expect:
      'the table is refused to it, and a relay leads at once; relays of two releases never lead together',
    invariants: ['I3'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/outbox/src/leadership.int.spec.ts',
        titles: ['is kept from nobody by who may not publish', 'is shared with no relay of a release'],
      },
    ],
  },
  {
    id: 'R8',
    title: 'A server refuses a process its login, certificate or right',
    inject: 'Kafka, Elasticsearch and Postgres with TLS, logins and rights; one setting wrong at a time',
    expect: 'the fault, the server and the setting in the words of one table, exit code 1',
    invariants: ['I12'],
    kind: 'spec',
    specs: [
      {
        file: 'tools/faults/src/secured/secured.e2e.spec.ts',
        titles: ['is named', 'ends with 1 and the words of the table'],
      },
    ],
  },
  {
    id: 'R5',
    title: 'Postgres is killed',
    inject: 'kill -9 of the postmaster under 100 commands/s, restart',
    expect: 'processes stay alive; the API answers 503 problem+json; everything resumes',
    invariants: ['I1', 'I2', 'I3', 'I4', 'I5'],
    kind: 'scenario',
    fires: ['Postgres killed'],
    killsServers: true,
    run: postgresKilled,
  },
  {
    id: 'R6',
    title: 'The broker is killed',
    inject: 'kill -9 under 100 commands/s, restart',
    expect: 'the outbox grows, the API keeps writing, then everything drains in order',
    invariants: ['I1', 'I2', 'I3', 'I4', 'I5'],
    kind: 'scenario',
    fires: ['Kafka killed'],
    killsServers: true,
    run: brokerKilled,
  },
  {
    id: 'R6b',
    title: 'The broker refuses or swallows everything',
    inject: 'TCP proxy refuses connections, then is a black hole',
    expect: 'memory stays flat, not ready and says why, drains in order',
    invariants: ['I1', 'I3'],
    kind: 'spec',
    specs: [{ file: outageSpec, titles: ['in the middle, refused', 'in the middle, silent'] }],
  },
  {
    id: 'R7',
    title: 'An event is larger than the broker takes',
    inject: 'a lower max.message.bytes; a body beyond the limit at the API',
    expect: 'refused at the API; what slips in is parked with its reason and the others flow',
    invariants: ['I11'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/relay/src/relay/relay.int.spec.ts',
        titles: ['is parked with the reason', 'is found in a batch that was refused because of it'],
      },
      {
        file: 'apps/product-api/src/product-api-requests.e2e.spec.ts',
        titles: ['that is larger than 100 KiB is too large'],
      },
    ],
  },
];
