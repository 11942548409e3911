import { randomUUID } from 'node:crypto';
import { startConsumer } from '../../cluster/pipeline.ts';
import { rebuild, successfulRebuild } from '../../cluster/rebuild.ts';
import { countDeadLetters } from '../../oracle/dead-letters.ts';
import { checkIndex, servingIndex, settled } from '../../oracle/documents.ts';
import { committedEvents } from '../../oracle/event-store.ts';
import type { Row, Scene } from '../../row.ts';
import { seed } from '../../traffic/seed.ts';
import { check, checkSame, eventually } from '../../waiting.ts';

interface Poison {
  readonly name: string;
  readonly key: string;
  readonly value: string | null;
}

/** Records that nobody can apply as an event, each under its own key. */
function poisons(template: Readonly<Record<string, unknown>>): Poison[] {
  const of = (name: string, change: (id: string) => string | null): Poison => {
    const key = randomUUID();
    return { name, key, value: change(key) };
  };
  const event = (id: string, more: object): string => JSON.stringify({ ...template, subject: id, ...more });
  return [
    of('not JSON', () => '{not json'),
    of('null', () => null),
    of('no envelope', () => '[]'),
    of('unknown type', (id) => event(id, { type: 'product.price-changed.v99' })),
    of('bad types', (id) => event(id, { data: { priceMinor: 'free', currency: 7 } })),
    of('polluting', (id) =>
      event(id, {}).replace('"data":{', '"__proto__":{"polluted":1},"data":{"__proto__":{"x":1},'),
    ),
  ];
}

async function poisonInTheLog(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  const consumer = await startConsumer(world);
  const events = await seed(world, { products: 30, events: 5, upTo: 'log' });
  await settled(world);
  const template = events.find(({ type }) => type === 'product.price-changed.v1');
  check(template !== undefined, 'no event to make poison of');
  const bad = poisons({ ...template });
  for (const { name, key, value } of bad) {
    await world.log.produce(world.topic, [{ key, value }]);
    faults.count(`poison: ${name}`);
  }
  await seed(world, { products: 30, events: 3, upTo: 'log', after: events });
  await settled(world);
  await eventually(async () => checkSame(await countDeadLetters(world), bad.length, 'I11: dead letters'));
  const letters = await world.log.records(world.deadLetters);
  for (const { key, value } of bad) {
    const letter = letters.find((one) => one.key === key);
    check(letter !== undefined, `I11: no dead letter with the key ${key}`);
    checkSame(letter.value, value, 'I11: the value of the dead letter');
    const expected = ['original-topic', 'original-partition', 'original-offset', 'reason', 'attempts'];
    const missing = expected.filter((name) => letter.headers[name] === undefined);
    checkSame(missing, [], 'I11: headers that are missing');
    checkSame(letter.headers['original-topic'], world.topic, 'I11: the topic it came from');
  }
  check(consumer.ended() === undefined, 'the consumer ended');
  const serving = await servingIndex(world);
  const { code, text } = await rebuild(world);
  checkSame(code, 2, `I12: the exit code of a rebuild over poison\n${text.slice(-600)}\n`);
  checkSame(await servingIndex(world), serving, 'I6: the serving index');
  note(`${bad.length} dead letters, everything else applied; the rebuild refuses`);
}

async function oneBadItem(scene: Scene): Promise<void> {
  const { world, faults, note } = scene;
  const { proxy, env } = await world.http();
  const first = await seed(world, { products: 250, events: 1, upTo: 'log' });
  await startConsumer(world, { env });
  await settled(world);
  const victim = first[17]?.subject ?? '';
  proxy.inject(({ path, ids }) => {
    if (!path.includes('_bulk') || !ids.includes(victim)) return undefined;
    faults.count('item refused for good');
    return { kind: 'refuse-items', ids: new Set([victim]), status: 400 };
  });
  await seed(world, { products: 250, events: 1, upTo: 'log', after: first });
  await eventually(async () => checkSame(await countDeadLetters(world), 1, 'I11: dead letters'));
  const letters = await world.log.records(world.deadLetters);
  checkSame(letters[0]?.key, victim, 'I11: the key of the dead letter');
  const events = (await committedEvents(world)).map(({ event }) => event);
  // The dead letter may have been healed meanwhile, by a repair from the event store.
  const others = events.filter(
    ({ subject, aggregateversion }) => subject !== victim || aggregateversion === 1,
  );
  await eventually(async () => {
    const serving = await servingIndex(world);
    await Promise.any([checkIndex(world, serving, others), checkIndex(world, serving, events)]);
  });
  proxy.inject(undefined);
  await successfulRebuild(world);
  await settled(world);
  note('249 applied, one dead letter; a rebuild heals it');
}

async function fromTheFuture({ world, faults, note }: Scene): Promise<void> {
  const consumer = await startConsumer(world);
  const events = await seed(world, { products: 30, events: 5, upTo: 'log' });
  await settled(world);
  const serving = await servingIndex(world);
  const last = events.findLast(({ type }) => type === 'product.price-changed.v1');
  check(last !== undefined, 'no event to take as a pattern');
  const next = { ...last, id: randomUUID(), type: 'product.price-changed.v99', aggregateversion: 6 };
  await world.log.produce(world.topic, [{ key: last.subject, value: JSON.stringify(next) }]);
  faults.count('event of an unknown version');
  await eventually(async () => checkSame(await countDeadLetters(world), 1, 'I11: dead letters'));
  const [letter] = await world.log.records(world.deadLetters);
  checkSame(letter?.key, last.subject, 'I11: the key of the dead letter');
  checkSame(letter?.headers['reason'], 'unknown-type', 'I11: its reason');
  const others = events.filter(({ subject }) => subject !== last.subject);
  const more = await seed(world, { products: 29, events: 2, upTo: 'log', after: others });
  await eventually(async () => checkIndex(world, serving, [...events, ...more]));
  const { rows } = await world.read.query<{ tasks: number }>(
    'SELECT count(*)::int AS tasks FROM registry.repair_tasks WHERE aggregate_id::text = $1',
    [last.subject],
  );
  const { code, text } = await rebuild(world);
  checkSame(code, 2, `I12: the exit code of a rebuild\n${text.slice(-600)}\n`);
  check(text.includes('unknown-type'), `I12: the reason is not given:\n${text.slice(-600)}`);
  checkSame(await servingIndex(world), serving, 'I6: the serving index');
  check(consumer.ended() === undefined, 'the consumer ended');
  note(`one dead letter, ${rows[0]?.tasks ?? 0} repair tasks; the rebuild refuses with 2`);
}

export const poisonRows: readonly Row[] = [
  {
    id: 'C4',
    title: 'One document of a bulk is refused for good',
    inject: 'HTTP proxy answers one item of 250 with 400, as a strict mapping does',
    expect: 'the others are applied, one dead letter, positions move behind it',
    invariants: ['I5', 'I11'],
    kind: 'scenario',
    fires: ['item refused for good'],
    run: oneBadItem,
  },
  {
    id: 'C7',
    title: 'Poison in the log',
    inject: 'no JSON, null, no envelope, unknown type, bad types, __proto__ keys',
    expect: 'one dead letter each with where it came from; the rest flows; a rebuild refuses with 2',
    invariants: ['I5', 'I6', 'I11', 'I12'],
    kind: 'scenario',
    fires: [
      'poison: not JSON',
      'poison: null',
      'poison: unknown type',
      'poison: bad types',
      'poison: polluting',
    ],
    run: poisonInTheLog,
  },
  {
    id: 'C8',
    title: 'An event type or schema version nobody knows',
    inject: 'a newer release has written: a type of version 99 of a product that is served',
    expect: 'live: a dead letter and a repair task; rebuild: exit 2 naming the record, the old index serving',
    invariants: ['I11', 'I12'],
    kind: 'scenario',
    fires: ['event of an unknown version'],
    run: fromTheFuture,
  },
  {
    id: 'C7b',
    title: 'Batches packed with every codec, and one that unpacks to too much',
    inject: 'gzip, snappy, LZ4 and zstd in turn on one topic; a batch beyond the limit',
    expect:
      'live, rebuilt, verified and redriven alike; beyond the limit all end at once, naming the place and the setting',
    invariants: ['I5', 'I11', 'I12'],
    kind: 'spec',
    specs: [
      {
        file: 'apps/projection-consumer/src/log-shapes.e2e.spec.ts',
        titles: ['feeds what is packed with any codec'],
      },
      {
        file: 'libs/read_model/rebuild/src/kafka/packed-topics.int.spec.ts',
        titles: ['with every codec in turn', 'and one of them unpacks to more'],
      },
      {
        file: 'libs/read_model/feed/src/dead-letters/dead-letters.int.spec.ts',
        titles: ['finds and applies dead letters packed with every codec'],
      },
    ],
  },
  {
    id: 'C7c',
    title: 'Poison whose bytes no database holds',
    inject:
      'NUL and halves of pairs in key, type and subject; keys that are integers; types called __proto__ and toString',
    expect: 'counted, named and budgeted; put aside, listed, tried and discarded; stored everywhere',
    invariants: ['I5', 'I11', 'I12'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/read_model/rebuild/src/rebuild/poison-bytes.int.spec.ts',
        titles: ['rebuilds over poison whatever bytes it has'],
      },
      {
        file: 'libs/read_model/feed/src/dead-letters/dead-letters.int.spec.ts',
        titles: ['are put aside, listed, tried and discarded'],
      },
      {
        file: 'libs/read_model/indices/src/registry/outside-text.int.spec.ts',
        titles: ['is kept in progress, checkpoints and receipts'],
      },
    ],
  },
  {
    id: 'C13',
    title: 'The repair queue is at its bound; its worker is killed in the middle of a repair',
    inject: 'a full queue; SIGKILL, a lease that ends',
    expect: 'refused visibly, nothing dropped; the task is done again, with one effect',
    invariants: ['I4', 'I11'],
    kind: 'spec',
    specs: [
      {
        file: 'libs/read_model/repair/src/repair-queue.int.spec.ts',
        titles: ['C13: refuses', 'C13: lets another'],
      },
      { file: 'apps/projection-consumer/src/repair-worker.e2e.spec.ts', titles: ['C13: killed'] },
    ],
  },
];
