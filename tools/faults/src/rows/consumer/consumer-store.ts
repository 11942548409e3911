import { setTimeout as delay } from 'node:timers/promises';
import { startConsumer } from '../../cluster/pipeline.ts';
import { settled } from '../../oracle/documents.ts';
import { countDeadLetters } from '../../oracle/dead-letters.ts';
import type { Row, Scene } from '../../row.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame, eventually } from '../../waiting.ts';

async function elasticsearchKilled(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  const { proxy, env } = await world.http();
  const consumer = await startConsumer(world, { env });
  const first = await seed(world, { products: 50, events: 4, upTo: 'log' });
  await settled(world);
  let dying: Promise<void> | undefined;
  proxy.inject(({ path }) => {
    if (!path.includes('_bulk') || dying !== undefined) return undefined;
    dying = world.servers.own
      ?.kill('elasticsearch')
      .then(() => faults.count('Elasticsearch killed at a bulk'));
    return undefined;
  });
  await seed(world, { products: 50, events: 4, upTo: 'log', after: first });
  await eventually(() => check(dying !== undefined, 'no bulk came'));
  await dying;
  await world.servers.own?.restart();
  const begun = performance.now();
  await settled(world, 90_000);
  check(consumer.ended() === undefined, 'the consumer ended while Elasticsearch was away');
  checkSame(await countDeadLetters(scene.world), 0, 'dead letters');
  note(`caught up ${((performance.now() - begun) / 1_000).toFixed(1)} s after Elasticsearch was back`);
}

async function answersLost(scene: Scene): Promise<void> {
  const { world, faults } = scene;
  const { proxy, env } = await world.http();
  await startConsumer(world, { env });
  const first = await seed(world, { products: 50, events: 3, upTo: 'log' });
  await settled(world);
  for (const kind of ['lose-answer', 'truncate', 'reset'] as const) {
    let left = 3;
    proxy.inject(({ path }) => {
      if (!path.includes('_bulk') || left === 0) return undefined;
      left -= 1;
      faults.count(`bulk: ${kind}`);
      return { kind };
    });
    first.push(...(await seed(world, { products: 50, events: 2, upTo: 'log', after: first })));
    await settled(world);
  }
  checkSame(await countDeadLetters(scene.world), 0, 'dead letters');
}

/** As long as the matrix asks for. */
const refusingMs = 60_000;

async function itemsRefused(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  const { proxy, env } = await world.http();
  const consumer = await startConsumer(world, { env });
  const first = await seed(world, { products: 60, events: 2, upTo: 'log' });
  await settled(world);
  const accepted = new Set<string>();
  let again = 0;
  let [bulks, refusedBulks] = [0, 0];
  const until = performance.now() + refusingMs;
  proxy.inject(({ path, ids, body }) => {
    if (!path.includes('_bulk')) return undefined;
    // Accepted once, an id with its version must not come again: only the refused items are resent.
    const versions = body
      .split('\n')
      .filter((_, index) => index % 2 === 0)
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { index: { _id: string; version: number } }).index)
      .map(({ _id, version }) => `${_id}@${version}`);
    again += versions.filter((version) => accepted.has(version)).length;
    const refusing = performance.now() < until;
    bulks += 1;
    const refused = new Set(refusing ? ids.filter((_, index) => index % 3 === 0) : []);
    versions.forEach((version, index) => {
      if (!refused.has(ids[index] ?? '')) accepted.add(version);
    });
    if (refused.size === 0) return undefined;
    refusedBulks += 1;
    faults.count('item refused with 429', refused.size);
    return { kind: 'refuse-items', ids: refused };
  });
  while (performance.now() < until) {
    first.push(...(await seed(world, { products: 60, events: 2, upTo: 'log', after: first })));
    await delay(2_000);
  }
  await settled(world);
  check(consumer.ended() === undefined, 'the consumer ended while items were refused');
  checkSame(await countDeadLetters(scene.world), 0, 'dead letters');
  checkSame(again, 0, 'items that were accepted and sent again');
  note(
    `only refused items were sent again; ${refusedBulks} of ${bulks} bulks met the fault in ${refusingMs / 1_000} s`,
  );
}

async function readOnlyIndex(scene: Scene): Promise<void> {
  const { world, faults } = scene;
  const consumer = await startConsumer(world);
  const origin = await consumer.ready();
  const first = await seed(world, { products: 30, events: 3, upTo: 'log' });
  const index = await settled(world);
  const block = (on: boolean | null): Promise<unknown> =>
    world.search.call('PUT', `${index}/_settings`, { 'index.blocks.read_only_allow_delete': on });
  await block(true);
  faults.count('index made read-only, as at the flood stage');
  await seed(world, { products: 30, events: 3, upTo: 'log', after: first });
  await eventually(async () => {
    const answer = await fetch(`${origin}/health/ready`);
    check(answer.status === 503, `ready answers ${answer.status} while nothing can be written`);
  });
  checkSame(await countDeadLetters(scene.world), 0, 'dead letters while it is read-only');
  await block(null);
  await settled(world);
  checkSame(await countDeadLetters(scene.world), 0, 'dead letters');
  await consumer.ready();
}

export const consumerStoreRows: readonly Row[] = [
  {
    id: 'C2',
    title: 'Answers of Elasticsearch are lost, cut off or never given',
    inject: 'HTTP proxy: answer lost after the bulk was carried out, half an answer, reset before it',
    expect: 'tried again; what is there already counts as applied',
    invariants: ['I1', 'I4', 'I5'],
    kind: 'scenario',
    fires: ['bulk: lose-answer', 'bulk: truncate', 'bulk: reset'],
    run: answersLost,
  },
  {
    id: 'C2b',
    title: 'Elasticsearch is killed in the middle of bulks',
    inject: 'kill -9 when a bulk passes, restart',
    expect: 'waited out; nothing lost, nothing twice',
    invariants: ['I1', 'I4', 'I5'],
    kind: 'scenario',
    fires: ['Elasticsearch killed at a bulk'],
    killsServers: true,
    run: elasticsearchKilled,
  },
  {
    id: 'C3',
    title: 'Elasticsearch refuses items',
    inject: 'HTTP proxy answers a third of the items with 429 for 60 s, events arriving all the time',
    expect: 'only the refused items are sent again; nothing dropped, no dead letter',
    invariants: ['I1', 'I4', 'I5'],
    kind: 'scenario',
    fires: ['item refused with 429'],
    run: itemsRefused,
  },
  {
    id: 'C5',
    title: 'The index is made read-only, as at the flood stage',
    inject: 'index.blocks.read_only_allow_delete, later cleared',
    expect: 'pause and not ready, no dead letter; resumes when cleared',
    invariants: ['I1', 'I5'],
    kind: 'scenario',
    fires: ['index made read-only, as at the flood stage'],
    run: readOnlyIndex,
  },
];
