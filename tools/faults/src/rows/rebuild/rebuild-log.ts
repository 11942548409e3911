import { Partitioners } from 'kafkajs';
import { rebuild, successfulRebuild } from '../../cluster/rebuild.ts';
import { servingIndex, settled } from '../../oracle/documents.ts';
import { checkUntouched, observeUntouched } from '../../oracle/isolation.ts';
import type { PlainEvent } from '../../oracle/fold.ts';
import type { Row, Scene } from '../../row.ts';
import { checkAlias, watchAlias } from '../../traffic/alias.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame, eventually } from '../../waiting.ts';

const faultyLogs = 'libs/read_model/rebuild/src/rebuild/faulty-logs.int.spec.ts';

/** Deletes the first records of every partition, or all there are. */
async function truncate({ world, faults }: Scene, howFar: 'first' | 'all'): Promise<void> {
  const admin = await world.log.admin();
  const offsets = await admin.fetchTopicOffsets(world.topic);
  await admin.deleteTopicRecords({
    topic: world.topic,
    partitions: offsets.map(({ partition, high }) => ({
      partition,
      offset: howFar === 'all' ? high : String(Math.min(5, Number(high))),
    })),
  });
  faults.count(`records deleted (${howFar})`);
}

async function truncatedBefore(scene: Scene): Promise<void> {
  const { world } = scene;
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  await successfulRebuild(world);
  const [serving, untouched] = [await servingIndex(world), await observeUntouched(world)];
  await truncate(scene, 'first');
  const { code, text } = await rebuild(world);
  checkSame(code, 5, `I12: the exit code\n${text.slice(-500)}\n`);
  check(text.includes('event-store'), 'the remedy is not named');
  checkSame(await servingIndex(world), serving, 'I6: the serving index');
  await checkUntouched(world, untouched);
  await successfulRebuild(world, ['--source', 'event-store']);
  await settled(world);
}

/** Every piece takes its time to the broker, so that the records are gone before the first fetch gets there. */
async function truncatedDuring(scene: Scene): Promise<void> {
  const { world, note } = scene;
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  await successfulRebuild(world);
  const [serving, untouched] = [await servingIndex(world), await observeUntouched(world)];
  const { proxy, env } = await world.tcp('kafka');
  let truncating: Promise<void> | undefined;
  proxy.inspect((bytes, towards) => {
    // A Kafka request begins with its length and its kind; 1 is Fetch.
    if (towards === 'server' && bytes.length > 6 && bytes.readInt16BE(4) === 1)
      truncating ??= truncate(scene, 'all');
    return undefined;
  });
  await proxy.set(500);
  const { code, text } = await rebuild(world, [], { env });
  await truncating;
  checkSame(code, 5, `I12: the exit code\n${text.slice(-800)}\n`);
  checkSame(await servingIndex(world), serving, 'I6: the serving index');
  await checkUntouched(world, untouched);
  note('out-of-range is never jumped over');
}

/** Sends events in its own transaction, which is then ended, or left open. */
async function inTransaction(
  { world, faults }: Scene,
  events: readonly PlainEvent[],
  end: 'commit' | 'abort' | 'leave open',
): Promise<() => Promise<void>> {
  const producer = world.log.kafka.producer({
    transactionalId: `faults-${world.topic}-${end}`,
    maxInFlightRequests: 1,
    idempotent: true,
    transactionTimeout: 60_000,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  const messages = events.map((event) => ({ key: event.subject, value: JSON.stringify(event) }));
  await transaction.send({ topic: world.topic, acks: -1, messages });
  if (end === 'commit') await transaction.commit();
  if (end === 'abort') await transaction.abort();
  faults.count(`transaction: ${end}`);
  return async () => {
    if (end === 'leave open') await transaction.abort();
    await producer.disconnect();
  };
}

/** The next event of each product, which is never committed. */
const ghosts = (events: readonly PlainEvent[]): PlainEvent[] => {
  const last = new Map(events.map((event) => [event.subject, event]));
  return [...last.values()].map((event) => ({
    ...event,
    id: crypto.randomUUID(),
    aggregateversion: event.aggregateversion + 1,
    type: 'product.deleted.v1',
    data: {},
  }));
};

async function markersAtTheTail(scene: Scene): Promise<void> {
  const { world } = scene;
  const events = await seed(world, { products: 40, events: 4, upTo: 'log' });
  await (
    await inTransaction(scene, ghosts(events), 'abort')
  )();
  const more = await seed(world, { products: 40, events: 2, upTo: 'outbox', after: events });
  await world.write.query('UPDATE outbox_events SET processed = true');
  await (
    await inTransaction(scene, more, 'commit')
  )();
  await (
    await inTransaction(scene, ghosts(more), 'abort')
  )();
  const { documents } = await successfulRebuild(world);
  checkSame(documents['live'], 40, 'live documents');
  await settled(world);
}

async function hangingTransaction(scene: Scene): Promise<void> {
  const { world, note } = scene;
  const events = await seed(world, { products: 40, events: 4, upTo: 'log' });
  const before = await (await world.log.admin()).fetchTopicOffsets(world.topic);
  const finish = await inTransaction(scene, ghosts(events), 'leave open');
  try {
    const { ranges, warnings, digest } = await successfulRebuild(world);
    for (const { partition, end } of ranges)
      checkSame(
        end,
        before.find((one) => one.partition === partition)?.high,
        `the end of partition ${partition}`,
      );
    await settled(world);
    const warned = warnings.some((warning) => /transaction|stable|LSO/i.test(warning));
    note(
      `the captured end is the last stable offset; ${warned ? 'the receipt says so' : 'the receipt does not mention it'}`,
    );
    check(digest !== null, 'no digest');
  } finally {
    await finish();
  }
}

/** Kills a server at the given moment of a rebuild, starts it again and lets the rebuild, or the next one, finish. */
async function serverKilled(scene: Scene, server: 'kafka' | 'elasticsearch'): Promise<void> {
  const { world, faults, note } = scene;
  await seed(world, { products: 60, events: 5, upTo: 'log' });
  const { digest } = await successfulRebuild(world);
  const serving = await servingIndex(world);
  const alias = watchAlias(world);
  let dying: Promise<void> | undefined;
  const kill = (): void => {
    dying ??= world.servers.own?.kill(server).then(() => faults.count(`${server} killed`));
  };
  let env: Record<string, string>;
  if (server === 'kafka') {
    const through = await world.tcp('kafka');
    through.proxy.inspect((bytes, towards) => {
      if (towards === 'server' && bytes.length > 6 && bytes.readInt16BE(4) === 1) kill();
      return undefined;
    });
    await through.proxy.set(300);
    env = through.env;
  } else {
    const through = await world.http();
    through.proxy.inject(({ path }) => {
      if (path.includes('_bulk')) kill();
      return undefined;
    });
    env = through.env;
  }
  const running = rebuild(world, [], { env });
  await eventually(() => check(dying !== undefined, `${server} was not killed`));
  await dying;
  await world.servers.own?.restart();
  const { code, text, receipt } = await running;
  check(code === 0 || code === 4, `I12: exit code ${code}:\n${text.slice(-800)}`);
  if (code === 4) checkSame(await servingIndex(world), serving, 'I6: the serving index');
  const after = code === 0 ? receipt : await successfulRebuild(world);
  checkSame(after?.digest, digest, 'I10: the digest');
  await checkAlias(world, await alias.stop());
  await settled(world);
  note(code === 0 ? 'waited out within its budget' : 'exit 4, and the next run came to the same digest');
}

async function partitionsAdded({ world, faults, note }: Scene): Promise<void> {
  const events = await seed(world, { products: 60, events: 5, upTo: 'log' });
  const { proxy, env } = await world.http();
  let adding: Promise<unknown> | undefined;
  proxy.inject(({ path }) => {
    if (path.includes('_bulk'))
      adding ??= world.log.admin().then(async (admin) => {
        await admin.createPartitions({ topicPartitions: [{ topic: world.topic, count: 5 }] });
        faults.count('partitions added while it builds');
      });
    return undefined;
  });
  const first = await rebuild(world, [], { env });
  await adding;
  await seed(world, { products: 30, events: 1, upTo: 'log' });
  check(first.code === 0 || first.code === 2, `I12: exit code ${first.code}:\n${first.text.slice(-600)}`);
  const { ranges } = await successfulRebuild(world);
  checkSame(ranges.length, 5, 'partitions read');
  await settled(world);
  note(`the run beside it ended with ${first.code}, ${events.length} events; the next one reads all five`);
}

export const rebuildLogRows: readonly Row[] = [
  {
    id: 'B6',
    title: 'The log was truncated before the run',
    inject: 'deleteTopicRecords of the first five of each partition',
    expect: 'exit 5 naming the remedy, which works; nothing touched',
    invariants: ['I5', 'I6', 'I8', 'I12'],
    kind: 'scenario',
    fires: ['records deleted (first)'],
    run: truncatedBefore,
  },
  {
    id: 'B6b',
    title: 'The log is truncated during the run',
    inject: 'deleteTopicRecords when the first fetch is on its way',
    expect: 'exit 5, never a jump',
    invariants: ['I6', 'I8', 'I12'],
    kind: 'scenario',
    fires: ['records deleted (all)'],
    run: truncatedDuring,
  },
  {
    id: 'B7',
    title: 'The log ends in markers and aborted batches',
    inject: 'an aborted transaction, a committed one, an aborted one at the tail',
    expect: 'it ends; aborted events are not applied',
    invariants: ['I5', 'I9'],
    kind: 'scenario',
    fires: ['transaction: abort', 'transaction: commit'],
    run: markersAtTheTail,
  },
  {
    id: 'B8',
    title: 'A transaction hangs open',
    inject: 'a producer sends in a transaction and never ends it',
    expect: 'the captured end is the last stable offset; it ends',
    invariants: ['I5', 'I9', 'I12'],
    kind: 'scenario',
    fires: ['transaction: leave open'],
    run: hangingTransaction,
  },
  {
    id: 'B9',
    title: 'Elasticsearch is killed in the middle of a rebuild',
    inject: 'kill -9 at the first bulk, restart',
    expect: 'waited out, else exit 4; then the same digest',
    invariants: ['I5', 'I6', 'I10', 'I12'],
    kind: 'scenario',
    fires: ['elasticsearch killed'],
    killsServers: true,
    run: (scene) => serverKilled(scene, 'elasticsearch'),
  },
  {
    id: 'B9b',
    title: 'The broker is killed in the middle of a rebuild',
    inject: 'kill -9 at the first fetch, restart',
    expect: 'waited out, else exit 4; then the same digest',
    invariants: ['I5', 'I6', 'I10', 'I12'],
    kind: 'scenario',
    fires: ['kafka killed'],
    killsServers: true,
    run: (scene) => serverKilled(scene, 'kafka'),
  },
  {
    id: 'B14',
    title: 'The topic is empty, or not there',
    inject: 'an empty topic; a name of no topic',
    expect: 'refused without --allow-empty; exit 1',
    invariants: ['I5', 'I12'],
    kind: 'spec',
    specs: [
      { file: faultyLogs, titles: ['refuses an empty log unless it is allowed'] },
      {
        file: 'apps/rebuild-job/src/rebuild-job.e2e.spec.ts',
        titles: ['exits 1 for a topic that does not exist'],
      },
    ],
  },
  {
    id: 'B14b',
    title: 'Partitions are added during the run',
    inject: 'createPartitions at the first bulk',
    expect: 'exit 0 or 2; the next run reads all of them',
    invariants: ['I5', 'I12'],
    kind: 'scenario',
    fires: ['partitions added while it builds'],
    run: partitionsAdded,
  },
];
