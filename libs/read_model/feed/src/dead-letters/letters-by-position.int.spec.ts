import type { ProductEvent } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { foldInOrder } from '../feed/feed-events.ts';
import { describeTopic } from '../kafka/kafka-topic.ts';
import { byPosition, liveByPosition } from '../testing/live-by-position.ts';
import { operator } from '../testing/letters-on-servers.ts';
import { judgedLetters, type JudgedLetter } from './judged-letters.ts';
import { fedModels } from './letter-servers.ts';
import { redriveLetters, type RedrivenLetter } from './redrive.ts';

const { signal } = new AbortController();
type Model = Awaited<ReturnType<typeof liveByPosition>>;

async function judged({ letterServers: servers }: Model): Promise<JudgedLetter[]> {
  const topic = await describeTopic(servers.kafka, servers.deadLetters);
  const found: JudgedLetter[] = [];
  for await (const some of judgedLetters(servers, topic, await fedModels(servers), { signal }))
    found.push(...some);
  return found;
}

async function redriven({ letterServers }: Model, dryRun = false): Promise<RedrivenLetter[]> {
  const request = { selects: () => true, releaseBehind: true, dryRun, pace: () => Promise.resolve() };
  const found: RedrivenLetter[] = [];
  for await (const one of redriveLetters(letterServers, { ...request, actor: operator, signal }))
    found.push(one);
  return found;
}

/** The version in the document of these events at these offsets. */
const folded = (...placed: readonly (readonly [ProductEvent, number])[]) =>
  foldInOrder(
    byPosition,
    undefined,
    placed.map(([event, offset]) => ({ ...event, aggregateversion: offset + 1 })),
  ).document!;

/** A live generation at its log's end, whose table refused the last event until now, with what fed it. */
async function lateLetter() {
  const model = await liveByPosition();
  const { pool, live } = model;
  const [created, published, priced] = productHistory({
    events: [step.created(), step.published(), step.priceChanged(7)],
  });
  await pool.query(
    `ALTER TABLE generations.${live.name} ADD CONSTRAINT refusing CHECK (published_at IS NULL)`,
  );
  const events = [created!, priced!, published!];
  await model.fed(...events);
  expect(await judged(model)).toMatchObject([{ state: 'open', version: 3, live: [{ version: 2 }] }]);
  await pool.query(`ALTER TABLE generations.${live.name} DROP CONSTRAINT refusing`);
  const { version, data } = folded([created!, 0], [priced!, 1], [published!, 2]);
  const whole = { version, document: JSON.parse(JSON.stringify(data)) as unknown };
  return { model, events, id: created!.subject, whole };
}

describe('an event that cannot be applied, where versions are positions', () => {
  it('is put aside, and what follows it in its batch and later is applied, as a rebuild does it', async () => {
    const model = await liveByPosition();
    const [created, published, priced, adjusted] = productHistory({
      events: [step.created(), step.published(), step.priceChanged(7), step.stockAdjusted(3)],
    });
    const id = created!.subject;
    // Its life cannot begin twice; and one that is no event, of the same product.
    const spoiled = byPosition.events
      .encode(published!)
      .replace('product.published.v1', 'product.polished.v9');
    expect(await model.fed(created!, created!, priced!, spoiled, adjusted!)).toEqual({
      outcome: 'fed',
      applied: 3,
    });
    expect(model.letters.map(({ offset, reason }) => [offset, reason])).toEqual([
      [3n, 'unknown-type'],
      [1n, 'not-applicable'],
    ]);
    expect(await model.positions()).toEqual(new Map([[0, 5n]]));
    const { version, data } = folded([created!, 0], [priced!, 2], [adjusted!, 4]);
    expect(await model.stored(id)).toMatchObject({ version, document: JSON.parse(JSON.stringify(data)) });
    await model.fed(published!);
    expect((await model.stored(id))!.version).toBe(6);
    // Nothing waits: later events do not know of it.
    const scope = { topicId: model.live.topicId, projection: byPosition.name };
    expect(await model.letterServers.blocked.count(scope)).toBe(0);
  });

  it('is not redriven into a generation of another log', async () => {
    const model = await liveByPosition();
    const [published] = productHistory({ events: [step.created(), step.published()] }).slice(1);
    await model.fed(published!);
    await model.topic.grow(2);
    const events = await model.servers.logNow!();
    await expect(
      redriven({ ...model, letterServers: { ...model.letterServers, events } }),
    ).rejects.toMatchObject({ name: 'BuiltFromAnotherLog', code: 'BOUND_ELSEWHERE' });
    expect(await model.stored(published!.subject)).toBeUndefined();
  });

  it('stays open once later events have passed it, and a redrive says what would apply it', async () => {
    const model = await liveByPosition();
    const [created, published, priced] = productHistory({
      events: [step.created(), step.published(), step.priceChanged(7)],
    });
    // Refused now, because its product does not exist yet; the same record would apply later.
    await model.fed(published!, created!, priced!);
    expect(await judged(model)).toMatchObject([{ state: 'open', version: 1, live: [{ version: 3 }] }]);
    for (const dryRun of [true, false])
      expect(await redriven(model, dryRun)).toMatchObject([
        { outcome: 'refused', detail: expect.stringContaining('a repair of the aggregate') as unknown },
      ]);
    expect((await model.stored(created!.subject))!.version).toBe(3);
    expect(await judged(model)).toMatchObject([{ state: 'open' }]);
    // Nor is it resolved by clocks: no build has read the record, whenever the generation was made.
    await model.pool.query(`UPDATE registry.generations SET created_at = now() + interval '1 hour'`);
    expect(await judged(model)).toMatchObject([{ state: 'open' }]);
  });

  it('is redriven into the generations that have passed it, and not into one that has yet to reach it', async () => {
    const { model, events, id, whole } = await lateLetter();
    const other = await model.another();
    await model.fedAgain(0, events.slice(0, 1));
    const storedIn = async () => (await model.store.read(other.name, [id])).get(id);
    expect(await storedIn()).toMatchObject({ version: 1 });
    expect(await redriven(model, true)).toMatchObject([{ outcome: 'applied' }]);
    expect(await redriven(model)).toMatchObject([{ outcome: 'applied', detail: null }]);
    expect(await model.stored(id)).toMatchObject(whole);
    expect(await storedIn()).toMatchObject({ version: 1 });
    expect(await judged(model)).toMatchObject([{ state: 'resolved' }]);
    // What it lacked is applied in its order, and nothing counts as done before.
    await model.fedAgain(1, events.slice(1));
    expect(await storedIn()).toMatchObject(whole);
  });

  it('is not redriven before the generation readers use has reached it', async () => {
    const { model, id } = await lateLetter();
    await model.pool.query('UPDATE registry.generation_positions SET position = 2');
    for (const dryRun of [true, false])
      expect(await redriven(model, dryRun)).toMatchObject([
        { outcome: 'refused', detail: expect.stringContaining('has not reached this record yet') as unknown },
      ]);
    expect(await model.stored(id)).toMatchObject({ version: 2 });
    expect(await judged(model)).toMatchObject([{ state: 'open' }]);
  });

  it('counts as passed in every read model once it is passed in one generation', async () => {
    const { model, events, id } = await lateLetter();
    const other = await model.another();
    await model.pool.query(
      `ALTER TABLE generations.${other.name} ADD CONSTRAINT refusing CHECK (published_at IS NULL)`,
    );
    await model.fedAgain(0, events);
    await model.pool.query(`ALTER TABLE generations.${other.name} DROP CONSTRAINT refusing`);
    // Only the readers' generation gets a later event.
    await model.pool.query(`UPDATE registry.generations SET state = 'RETIRED' WHERE uuid = $1`, [other.uuid]);
    await model.feed.refresh();
    await model.fed(...productHistory({ id, events: [step.stockAdjusted(3)] }));
    await model.pool.query(`UPDATE registry.generations SET state = 'STANDBY' WHERE uuid = $1`, [other.uuid]);
    expect(await redriven(model)).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('later events') as unknown },
    ]);
    expect(await judged(model)).toMatchObject([{ state: 'open' }]);
  });
});
