import { type ProductEvent, productEvents } from '@reprise/product-events';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { eventually, produceRaw, spawnApp, type FreshTopic } from '@reprise/test-kit';
import { Client } from 'pg';
import { catalogue, consumerFixture, type ConsumerFixture } from './testing/consumer-fixture.ts';
import { naiveDocuments } from './testing/naive-documents.ts';
import { recordsOf } from './testing/records-of.ts';

interface Row {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly waitsBehind: string | null;
  readonly attempts: number;
  readonly version: number | null;
}

/** Runs `rebuild-job dlq` beside the consumer. */
async function dlq(
  fixture: ConsumerFixture,
  ...args: string[]
): Promise<{ code: number | null; out: string }> {
  const app = spawnApp('apps/rebuild-job/src/main.ts', { args: ['dlq', ...args], env: { ...fixture.env } });
  const { code } = await app.exit();
  return { code, out: app.stdout() };
}

async function rows(fixture: ConsumerFixture, ...args: string[]): Promise<Row[]> {
  return JSON.parse((await dlq(fixture, 'list', '--json', ...args)).out) as Row[];
}

/** What `status` says of open letters, for each read model. */
async function openLetters(fixture: ConsumerFixture): Promise<unknown[]> {
  const app = spawnApp('apps/rebuild-job/src/main.ts', {
    args: ['status', '--json'],
    env: { ...fixture.env },
  });
  expect((await app.exit()).code).toBe(0);
  return (JSON.parse(app.stdout()) as { letters: unknown }[]).map(({ letters }) => letters);
}

/** Makes the table of the live summaries refuse a title, or take it again. */
async function refuseTitle(fixture: ConsumerFixture, title: string | undefined): Promise<void> {
  const [live] = await fixture.registry.listGenerations({ projection: 'product_summary', states: ['LIVE'] });
  const client = new Client({ connectionString: fixture.env['READ_MODEL_DATABASE_URL']! });
  await client.connect();
  const table = `generations."${live!.name}"`;
  await client.query(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS too_narrow`);
  if (title !== undefined)
    await client.query(`ALTER TABLE ${table} ADD CONSTRAINT too_narrow CHECK (title <> '${title}')`);
  await client.end();
}

async function recordsInTopic(topic: FreshTopic, count: number): Promise<void> {
  await eventually(async () => expect(await recordsOf(topic.name)).toHaveLength(count));
}

it.concurrent(
  'G10: puts a poisoned product aside while all others flow, across a restart, and lets it resume in order when redriven',
  async () => {
    const fixture = await consumerFixture(1);
    const log: ProductEvent[] = [];
    // Not in the event store, from which the repair worker would fix the product on its own.
    const send = async (events: readonly ProductEvent[]) => {
      await produce(fixture.topic, events);
      log.push(...events);
    };
    const first = fixture.start({ DEAD_LETTER_ATTEMPTS: '4' });
    await first.ready();
    await eventually(async () => {
      const live = await fixture.registry.listGenerations({ states: ['LIVE'] });
      expect(live).toHaveLength(3);
    });
    await refuseTitle(fixture, 'Poison');
    const actor = 'key:0123456789abcdef';
    const poisoned = productHistory({
      events: [
        step.created(),
        step.detailsChanged({ title: 'Poison' }),
        step.priceChanged(5),
        step.published(),
        step.stockAdjusted(1),
      ],
    }).map((event) => ({ ...event, actor }));
    const { subject } = poisoned[0]!;
    await send(poisoned.slice(0, 3));
    await send(catalogue(5));
    await recordsInTopic(fixture.deadLetters, 2);
    // Killed before its positions have moved past the letters, it would leave the next one to send them again.
    await eventually(async () => {
      for (const { uuid } of await fixture.registry.listGenerations({ states: ['LIVE'] }))
        expect((await fixture.registry.positions(uuid)).get(0)).toBe(BigInt(log.length));
    });
    await first.kill('SIGKILL');

    const second = fixture.start();
    await second.ready();
    await send(poisoned.slice(3));
    await send(catalogue(5));
    await recordsInTopic(fixture.deadLetters, 4);
    const letters = await rows(fixture, '--aggregate-id', subject);
    const blocking = `${fixture.topic.name}:0:1`;
    expect(
      letters.map(({ reason, attempts, waitsBehind, version }) => [reason, attempts, waitsBehind, version]),
    ).toEqual([
      ['refused-by-store', 4, null, 2],
      ['waits-behind', 0, blocking, 3],
      ['waits-behind', 0, blocking, 4],
      ['waits-behind', 0, blocking, 5],
    ]);
    expect(new Set(letters.map(({ state }) => state))).toEqual(new Set(['open']));
    // The read model that takes the price kept up; so did every other product.
    await eventually(async () => expect(await fixture.documents()).toEqual(naiveDocuments(log)));

    // Still refused: said so, nothing changed.
    const refused = await dlq(fixture, 'redrive', blocking);
    expect(refused.code).toBe(2);
    expect(refused.out).toContain('refused');
    await refuseTitle(fixture, undefined);
    // Who changed the product is in the log, in each letter, and there still when the letters were redriven.
    const actorsOf = (records: readonly { readonly value: Buffer | string | null }[]) =>
      records.map(({ value }) => (JSON.parse(String(value)) as { actor?: string }).actor);
    expect(actorsOf(await recordsOf(fixture.topic.name)).filter((one) => one === actor)).toHaveLength(5);
    const redriven = await dlq(fixture, 'redrive', blocking);
    expect(redriven.code).toBe(0);
    expect(redriven.out.match(/applied, released/g)).toHaveLength(3);
    expect((await rows(fixture)).map(({ state }) => state)).toEqual(Array(4).fill('resolved'));
    expect((await dlq(fixture, 'show', blocking)).out).toMatch(
      /headers of the record\n {2}content-type +application\/cloudevents\+json\n[^]*redrive by .*: applied/,
    );

    const shown = (await dlq(fixture, 'show', ...letters.map(({ id }) => id), '--json')).out;
    const payloads = (JSON.parse(shown) as { payload: string }[]).map(({ payload }) => ({ value: payload }));
    expect(actorsOf(payloads)).toEqual(Array(4).fill(actor));

    // The feed resumes with the product.
    await send(productHistory({ id: subject, events: [step.unpublished()], firstVersion: 6 }));
    await eventually(async () => expect(await fixture.byId(subject)).toMatchObject({ version: 6 }));
    expect(await recordsOf(fixture.deadLetters.name)).toHaveLength(4);
    expect((await second.kill()).code).toBe(0);
  },
);

it.concurrent(
  'lists what a rebuild covered as resolved, and records the discard of what is not an event',
  async () => {
    const fixture = await consumerFixture(1);
    const app = fixture.start();
    await app.ready();
    await eventually(async () => expect(await fixture.generations('LIVE')).toHaveLength(1));
    const [created, changed, published] = productHistory({
      events: [step.created(), step.priceChanged(3), step.published()],
    });
    const spoiled = productEvents.encode(changed!).replace('price-changed.v1', 'price-changed.v9');
    const { subject } = created!;
    await produceRaw(fixture.topic, [
      { key: subject, value: productEvents.encode(created!) },
      { key: subject, value: spoiled },
      { key: 'nobody', value: '{not json' },
    ]);
    await recordsInTopic(fixture.deadLetters, 2);
    expect(await rows(fixture)).toMatchObject([
      { reason: 'unknown-type', state: 'open', version: 2 },
      { reason: 'not-json', state: 'open', version: null },
    ]);
    for (const letters of await openLetters(fixture)) expect(letters).toEqual({ open: 2, more: false });
    const [unknown, nothing] = [`${fixture.topic.name}:0:1`, `${fixture.topic.name}:0:2`];
    const refused = await dlq(fixture, 'redrive', unknown, '--json');
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.out)).toMatchObject({ counts: { refused: 1 } });

    await app.kill();
    // The event store has it whole.
    await fixture.store([created!, changed!, published!]);
    await produce(fixture.topic, [published!]);
    const rebuild = spawnApp('apps/rebuild-job/src/main.ts', {
      args: ['rebuild', '--projection', 'all', '--source', 'event-store', '--json'],
      env: { ...fixture.env },
    });
    expect(await rebuild.exit()).toMatchObject({ code: 0 });
    const again = await dlq(fixture, 'redrive', unknown);
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('contained') as string });

    // What to do is a line that can be pasted.
    const shown = await dlq(fixture, 'show', nothing);
    const [, line = ''] = /: \.\/reprise dlq (discard .*)$/m.exec(shown.out) ?? [];
    expect((await dlq(fixture, ...line.replaceAll('"', '').split(' '))).code).toBe(0);
    expect(await rows(fixture)).toMatchObject([{ state: 'resolved' }, { id: nothing, state: 'discarded' }]);
    for (const letters of await openLetters(fixture)) expect(letters).toEqual({ open: 0, more: false });

    // The log alone says as much now: what is resolved is taken from the event store, what is discarded is left out.
    const fromKafka = spawnApp('apps/rebuild-job/src/main.ts', {
      args: ['rebuild', '--projection', 'all', '--source', 'kafka', '--json'],
      env: { ...fixture.env },
    });
    expect(await fromKafka.exit()).toMatchObject({ code: 0 });
    const letters = { leftOut: { count: 1 }, resolved: { count: 1, first: [{ id: unknown }] }, replaced: 1 };
    const digests = (JSON.parse(rebuild.stdout()) as { digest: string }[]).map(({ digest }) => digest);
    expect(JSON.parse(fromKafka.stdout())).toMatchObject(digests.map((digest) => ({ digest, letters })));
  },
);

it.concurrent(
  'G3, G10: leaves a discarded letter out of rebuild, verify and repair as the live feed does, and refuses new poison',
  async () => {
    const fixture = await consumerFixture(1);
    const job = async (...args: string[]) => {
      const app = spawnApp('apps/rebuild-job/src/main.ts', { args, env: { ...fixture.env } });
      const { code } = await app.exit();
      return { code, out: app.stdout() };
    };
    const app = fixture.start();
    await app.ready();
    await eventually(async () => {
      expect(await fixture.registry.listGenerations({ states: ['LIVE'] })).toHaveLength(3);
    });
    const [created, changed, published] = productHistory({
      events: [step.created(), step.priceChanged(3), step.published()],
    }) as [ProductEvent, ProductEvent, ProductEvent];
    const { subject } = created;
    const others = catalogue(5);
    await fixture.store([created, ...others]);
    await produce(fixture.topic, [created]);
    await produceRaw(fixture.topic, [
      { key: subject, value: productEvents.encode(changed).replace('price-changed.v1', 'price-changed.v9') },
      { key: subject, value: productEvents.encode(published) },
    ]);
    await produce(fixture.topic, others);
    await recordsInTopic(fixture.deadLetters, 2);
    await eventually(async () => {
      const live = await fixture.registry.listGenerations({ states: ['LIVE'] });
      const reached = await Promise.all(live.map(({ uuid }) => fixture.registry.positions(uuid)));
      expect(reached.map((at) => Number(at.get(0)))).toEqual(Array(3).fill(3 + others.length));
    });
    const [spoiled, behind] = [`${fixture.topic.name}:0:1`, `${fixture.topic.name}:0:2`];
    const discarded = await dlq(fixture, 'discard', spoiled, '--reason', 'sent by a load test');
    expect(discarded).toMatchObject({ code: 0, out: expect.stringContaining(`${behind}  waits`) as string });
    const verified = await job('verify', '--projection', 'all', '--report', 'json');
    expect(verified.code).toBe(0);
    // Live digest and the fold's are the same: no bucket differs, and nothing is called in flight.
    expect(JSON.parse(verified.out)).toMatchObject(
      Array(3).fill({ clean: true, bucketsCompared: 0, counts: { inFlight: 0 }, log: { poison: 0 } }),
    );
    // Threads are given what is left out.
    const rebuilt = await job('rebuild', '--projection', 'all', '--workers=2', '--memory=1280mb', '--json');
    expect(rebuilt.code).toBe(0);
    const first = [{ id: spoiled, aggregateId: subject, version: 2, reason: 'sent by a load test' }];
    expect(JSON.parse(rebuilt.out)).toMatchObject(
      Array(3).fill({ outcome: 'promoted', letters: { leftOut: { count: 1, first }, heldProducts: 1 } }),
    );
    const repaired = await job('repair', '--projection', 'all', '--aggregate-id', subject);
    expect(repaired.code).toBe(0);
    expect(repaired.out.match(/: 0 of \d documents repaired, 0 aggregates failed/g)).toHaveLength(3);

    await produceRaw(fixture.topic, [{ key: 'nobody', value: '{not json' }]);
    await recordsInTopic(fixture.deadLetters, 3);
    const refused = await job('rebuild', '--projection', 'product_search');
    expect(refused.code).toBe(2);
    expect(refused.out).toMatch(/FAILED poison events: expected 0, found 1/);
    expect((await app.kill()).code).toBe(0);
  },
);
