import { startConsumer } from '../../cluster/pipeline.ts';
import { countDeadLetters } from '../../oracle/dead-letters.ts';
import { checkIndex, servingIndex, settled } from '../../oracle/documents.ts';
import { committedEvents } from '../../oracle/event-store.ts';
import type { Row, Scene } from '../../row.ts';
import { publish, seed } from '../../traffic/seed.ts';
import { watchAlias, checkAlias } from '../../traffic/alias.ts';
import { check, checkSame, eventually } from '../../waiting.ts';

const feedingSpec = 'apps/projection-consumer/src/feeding-faults.e2e.spec.ts';

async function killedBeforePositions(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  for (let round = 1; round <= 2; round++) {
    await seed(world, { products: 60, events: 4, upTo: 'log' });
    const env = { FAILPOINT: 'consumer.afterWrite=kill@1' };
    const doomed = world.start('projection-consumer', { env });
    checkSame(await doomed.exit(), { code: null, signal: 'SIGKILL' }, 'the end of the consumer');
    faults.count('consumer killed between acknowledged writes and saved positions');
  }
  await startConsumer(world);
  await settled(world);
  checkSame(await countDeadLetters(scene.world), 0, 'dead letters');
  note('480 events applied once each');
}

async function aliasAndIndexDeleted(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  await startConsumer(world);
  const first = await seed(world, { products: 30, events: 3, upTo: 'log' });
  const index = await settled(world);
  await world.search.call('DELETE', `${index}/_alias/${world.alias}`);
  faults.count('alias deleted');
  await seed(world, { products: 30, events: 1, upTo: 'log', after: first });
  const rebuilt = await world.job(['rebuild', '--projection', 'product_search']);
  checkSame(rebuilt.code, 0, `the exit code of the rebuild without an alias\n${rebuilt.text.slice(-500)}\n`);
  const second = await settled(world);
  check(second !== index, 'the rebuild did not make another index');

  await world.search.call('DELETE', second);
  faults.count('serving index deleted');
  await seed(world, { products: 30, events: 1, upTo: 'log', after: await everything(scene) });
  checkSame((await world.search.call('GET', second)).status, 404, 'the deleted index');
  const again = await world.job(['rebuild', '--projection', 'product_search']);
  checkSame(again.code, 0, `the exit code of the rebuild without an index\n${again.text.slice(-500)}\n`);
  await settled(world);
  checkSame(
    (await world.search.call('GET', second)).status,
    404,
    'the deleted index, which nobody may make again,',
  );
  note('restored by a rebuild each time; no writer made the index again');
}

const everything = async ({ world }: Scene) => (await committedEvents(world)).map(({ event }) => event);

async function reordered(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  await startConsumer(world);
  const events = await seed(world, { products: 40, events: 6, upTo: 'outbox' });
  const of = (...versions: number[]) =>
    events.filter(({ aggregateversion }) => versions.includes(aggregateversion));
  for (const batch of [of(1), of(3), of(5, 6), of(2), of(4), events.toReversed(), events]) {
    await publish(world, batch);
    faults.count('batch out of order or repeated');
  }
  await settled(world);
  checkSame(await countDeadLetters(scene.world), 0, 'dead letters');
  note('gaps were closed from the event store');
}

async function deletedThenOld(scene: Scene): Promise<void> {
  const { world, faults } = scene;
  await startConsumer(world);
  const events = await seed(world, { products: 20, events: 3, upTo: 'log' });
  const index = await settled(world);
  await world.search.call('PUT', `${index}/_settings`, { 'index.gc_deletes': '1s' });
  const { rows } = await world.write.query<{ envelope: string }>(
    `INSERT INTO event_store (event_id, aggregate_type, aggregate_id, aggregate_version, type, occurred_at, envelope)
     SELECT gen_random_uuid(), 'product', aggregate_id, 4, 'product.deleted.v1', now(),
            (envelope::jsonb || jsonb_build_object('aggregateversion', 4, 'type', 'product.deleted.v1', 'data', '{}'::jsonb,
              'id', '01a1fce0-0000-7000-8000-' || right(aggregate_id::text, 12)))::json
     FROM event_store WHERE aggregate_version = 3 RETURNING envelope::text AS envelope`,
  );
  await publish(
    world,
    rows.map(({ envelope }) => JSON.parse(envelope) as (typeof events)[number]),
  );
  await settled(world);
  // Longer than Elasticsearch remembers the versions of deleted documents.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await world.search.call('POST', `${index}/_forcemerge?max_num_segments=1`);
  await publish(world, events);
  faults.count('old event of a deleted product', events.length);
  const end = await seed(world, { products: 5, events: 1, upTo: 'log' });
  await eventually(async () => checkIndex(world, await servingIndex(world), await everything(scene)));
  checkSame(end.length, 5, 'the products after it');
}

async function zombieConsumer(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  const zombie = await startConsumer(world);
  const first = await seed(world, { products: 40, events: 3, upTo: 'log' });
  await settled(world);
  const alias = watchAlias(world);
  zombie.signal('SIGSTOP');
  faults.count('consumer stopped for longer than its session');
  const second = await seed(world, { products: 40, events: 3, upTo: 'log', after: first });
  await startConsumer(world);
  await settled(world);
  zombie.signal('SIGCONT');
  faults.count('zombie consumer resumes');
  await seed(world, { products: 40, events: 3, upTo: 'log', after: second });
  await settled(world);
  await checkAlias(world, await alias.stop());
  checkSame(await countDeadLetters(scene.world), 0, 'dead letters');
  check(zombie.ended() === undefined, 'the zombie ended');
  note('the zombie joined again');
}

export const consumerRows: readonly Row[] = [
  {
    id: 'C1',
    title: 'The consumer is killed between acknowledged writes and saved positions',
    inject: 'failpoint consumer.afterWrite, twice',
    expect: 'what comes again changes nothing',
    invariants: ['I1', 'I4', 'I5'],
    kind: 'scenario',
    fires: ['consumer killed between acknowledged writes and saved positions'],
    run: killedBeforePositions,
  },
  {
    id: 'C6',
    title: 'Alias, then index, are deleted by hand while events arrive',
    inject: 'DELETE of the alias, DELETE of the serving index',
    expect: 'no writer makes an index; a rebuild restores',
    invariants: ['I5', 'I6'],
    kind: 'scenario',
    fires: ['alias deleted', 'serving index deleted'],
    run: aliasAndIndexDeleted,
  },
  {
    id: 'C9',
    title: 'Duplicates and reordering',
    inject: 'versions 3, 5, 6 before 2 and 4, everything backwards, everything again',
    expect: 'the same documents; gaps closed from the event store',
    invariants: ['I4', 'I5'],
    kind: 'scenario',
    fires: ['batch out of order or repeated'],
    run: reordered,
  },
  {
    id: 'C10',
    title: 'Old events of a deleted product after gc_deletes',
    inject: 'gc_deletes 1 s, versions 1 to 3 again 2.5 s after version 4',
    expect: 'it stays deleted',
    invariants: ['I5'],
    kind: 'scenario',
    fires: ['old event of a deleted product'],
    run: deletedThenOld,
  },
  {
    id: 'C11',
    title: 'The dead-letter topic is not there',
    inject: 'a name of no topic, created later',
    expect: 'the partition stands still and says so, the others continue; recovers',
    invariants: ['I1', 'I11'],
    kind: 'spec',
    specs: [{ file: feedingSpec, titles: ['C11'] }],
  },
  {
    id: 'C12',
    title: 'A consumer is stopped for longer than its session and resumes',
    inject: 'SIGSTOP, a second member takes over, SIGCONT',
    expect: 'late writes lose by their version',
    invariants: ['I4', 'I5', 'I6', 'I7'],
    kind: 'scenario',
    fires: ['consumer stopped for longer than its session', 'zombie consumer resumes'],
    run: zombieConsumer,
  },
];
