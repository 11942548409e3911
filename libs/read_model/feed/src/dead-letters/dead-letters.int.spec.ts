import { productEvents } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { producePacked } from '@reprise/test-kit';
import { codecs } from '../codecs/unpack.ts';
import { readDeadLetters } from './dead-letter-topic.ts';
import { findLetters, type DiscardRequest } from './discard.ts';
import type { JudgedLetter } from './judged-letters.ts';
import { fedModels } from './letter-servers.ts';
import type { RedriveRequest } from './redrive.ts';
import { describeTopic } from '../kafka/kafka-topic.ts';
import { waitsBehind } from './dead-letter.ts';
import { feedEvents } from '../feed/feed-events.ts';
import { letterHeaders, letterId } from './letter-headers.ts';
import { discardOutcomes, life, listLetters, redriveOutcomes } from '../testing/letter-verbs.ts';
import { lettersOnServers, operator } from '../testing/letters-on-servers.ts';

const { signal } = new AbortController();
let on: Awaited<ReturnType<typeof lettersOnServers>>;
beforeAll(async () => {
  on = await lettersOnServers();
});

const redriven = (ids: readonly string[], more: Partial<RedriveRequest> = {}) =>
  redriveOutcomes(on.servers, ids, more);
const discarded = (ids: readonly string[], more: Partial<DiscardRequest> = {}) =>
  discardOutcomes(on.servers, ids, more);
const listed = (ids: readonly string[]) => listLetters(on.servers, ids);

const statesOf = async (ids: readonly string[]) =>
  (await listed(ids)).map(({ letter, state }) => `${letter.reason} ${state}`);

const blockedRows = async (id: string) =>
  (await on.pool.query('SELECT FROM registry.blocked_aggregates WHERE aggregate_id = $1', [id])).rowCount;

describe('records that no database holds as they are', () => {
  it('are put aside, listed, tried and discarded by the live feed and its verbs, whatever their texts', async () => {
    const nul = '{"specversion":"1.0","type":"a\\u0000b","subject":"x\\u0000y","aggregateversion":1}';
    const half =
      '{"specversion":"1.0","type":"__proto__","subject":"x\\ud800y","aggregateversion":2,"\\u0000":1}';
    const long = JSON.stringify({
      specversion: '1.0',
      type: '\0'.repeat(9_000),
      subject: '\0'.repeat(9_000),
    });
    const ids = await on.fed(nul, half, long);
    const letters = await listed(ids);
    expect(letters.map(({ state, aggregateId }) => [state, aggregateId])).toEqual([
      ['open', 'x\uFFFDy'],
      ['open', 'x\uFFFDy'],
      ['open', undefined],
    ]);
    expect(letters.map(({ letter }) => letter.type)).toEqual([
      'a\uFFFDb',
      '__proto__',
      `${'\uFFFD'.repeat(128)}…`,
    ]);
    expect(await redriven(ids)).toHaveLength(3);
    const { result } = await discarded(ids, { reason: 'a\0b\ud800' });
    expect(result.discarded).toEqual(ids);
    const [{ actions } = { actions: [] }] = await listed(ids);
    expect(actions.at(-1)).toMatchObject({ action: 'discard', detail: 'a\uFFFDb\uFFFD' });
  });
});

describe('a redrive', () => {
  it('finds and applies dead letters packed with every codec, and names a batch that unpacks to too much', async () => {
    const lives = Array.from({ length: 5 }, () => productHistory({ events: [step.created()] }));
    const origin = {
      topic: on.servers.events.name,
      topicId: on.servers.events.id,
      at: new Date(0).toISOString(),
    };
    const ids: string[] = [];
    for (const [index, codec] of (['none', ...codecs] as const).entries()) {
      const [event] = lives[index]!;
      const value = Buffer.from(productEvents.encode(event!));
      const offset = BigInt(1_000_000 + index);
      const letter = {
        partition: 0,
        offset,
        key: null,
        value,
        reason: 'unknown-type',
        message: '',
        attempts: 1,
      };
      await producePacked(on.servers.deadLetters, codec, [{ value, headers: letterHeaders(letter, origin) }]);
      ids.push(letterId(on.servers.events.name, letter));
    }
    expect(await statesOf(ids)).toEqual(ids.map(() => 'unknown-type open'));
    expect(await redriven(ids)).toEqual(ids.map((id) => `${id} applied`));
    for (const [event] of lives) expect(await on.versionsOf(event!.subject)).toEqual([1, 1]);
    const narrow = { ...on.servers.kafka, maxUnpackedBatchBytes: 100 };
    const topic = await describeTopic(narrow, on.servers.deadLetters);
    const reading = readDeadLetters(narrow, topic, new Map(), signal);
    await expect(reading.next()).rejects.toThrow(
      /cannot be read from offset \d+ on: a record batch packed with \w+ unpacks to more than 100 bytes/,
    );
  });

  it('applies what blocked an aggregate and releases in order what waits behind, and the feed resumes', async () => {
    const [first, second, third, fourth, fifth] = life();
    on.refusing.add(first.subject);
    const [, , blocking] = await on.fed(first, second, third);
    // Out of order in the dead-letter topic too.
    const [behind] = await on.fed(fifth);
    const [before] = await on.fed(fourth);
    const ids = [blocking!, before!, behind!];
    expect(await statesOf(ids)).toEqual(['refused-by-store open', 'waits-behind open', 'waits-behind open']);
    on.refusing.clear();

    expect(await redriven([blocking!], { dryRun: true })).toEqual([
      `${blocking} applied`,
      `${before} applied, released`,
      `${behind} applied, released`,
    ]);
    expect(await on.versionsOf(first.subject)).toEqual([2, 2]);
    expect((await listed(ids)).flatMap(({ actions }) => actions)).toEqual([]);

    expect(await redriven([blocking!])).toEqual([
      `${blocking} applied`,
      `${before} applied, released`,
      `${behind} applied, released`,
    ]);
    expect(await on.versionsOf(first.subject)).toEqual([5, 5]);
    expect(await blockedRows(first.subject)).toBe(0);
    expect((await listed(ids)).map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved']);
    const [sixth] = productHistory({ id: first.subject, events: [step.unpublished()], firstVersion: 6 });
    await on.fed(sixth!);
    expect(await on.versionsOf(first.subject)).toEqual([6, 6]);
  });

  it('is on record: who, when and what came of it; and done again it changes nothing and says so', async () => {
    const [first, second, third] = life();
    on.refusing.add(first.subject);
    const [, , blocking] = await on.fed(first, second, third);
    on.refusing.clear();
    await redriven([blocking!]);
    expect(await redriven([blocking!])).toEqual([`${blocking} contained`]);
    const [{ actions }] = (await listed([blocking!])) as [JudgedLetter];
    expect(actions).toMatchObject([
      { action: 'redrive', outcome: 'applied', ...operator, aggregateId: first.subject, version: 3 },
      { action: 'redrive', outcome: 'contained', ...operator },
    ]);
    expect(Math.abs(Date.now() - actions[0]!.at.getTime())).toBeLessThan(600_000);
  });

  it('leaves a letter that waits where it is until the one before it is dealt with', async () => {
    const [first, second, third, fourth] = life();
    on.refusing.add(first.subject);
    const [, , blocking, behind] = await on.fed(first, second, third, fourth);
    on.refusing.clear();
    expect(await redriven([behind!])).toEqual([`${behind} waits`]);
    expect(await on.versionsOf(first.subject)).toEqual([2, 2]);
    const [letter] = await listed([behind!]);
    expect(letter!.letter.headers[waitsBehind]).toBe(blocking);
  });

  it('never brings a document back to what a dead letter says once it is newer', async () => {
    const [first, second, third, fourth, fifth] = life();
    on.refusing.add(first.subject);
    const [, , blocking] = await on.fed(first, second, third);
    on.refusing.clear();
    // A rebuild, or a repair, has been here.
    for (const { projection, store, live } of await fedModels(on.servers))
      await feedEvents({ store, name: live!.name, projection }, [third, fourth, fifth], undefined);
    expect(await statesOf([blocking!])).toEqual(['refused-by-store resolved']);
    expect(await redriven([blocking!])).toEqual([`${blocking} contained`]);
    expect(await redriven([], { selects: () => true, releaseBehind: false })).not.toContain(
      `${blocking} applied`,
    );
    expect(await on.versionsOf(first.subject)).toEqual([5, 5]);
  });

  it('takes what a letter lacks from the event store, and blocks again where it gets no further', async () => {
    const [first, second, third, fourth, fifth] = life();
    const [, gap] = await on.fed(first, third);
    const [behind] = await on.fed(fifth);
    expect(await statesOf([gap!, behind!])).toEqual(['version-gap open', 'waits-behind open']);
    expect(await redriven([gap!])).toEqual([`${gap} waits`, `${behind} waits`]);
    on.known.push(second);
    expect(await redriven([gap!])).toEqual([`${gap} applied`, `${behind} waits`]);
    expect(await on.versionsOf(first.subject)).toEqual([3, 3]);
    on.known.push(fourth);
    // What comes next waits behind what the redrive could not apply, and is not tried.
    const [later] = await on.fed(
      ...productHistory({ id: first.subject, events: [step.published()], firstVersion: 6 }),
    );
    const [letter] = await listed([later!]);
    expect(letter!.letter).toMatchObject({ reason: waitsBehind, attempts: 0 });
    expect(await redriven([behind!])).toEqual([`${behind} applied`, `${later} applied, released`]);
    expect(await on.versionsOf(first.subject)).toEqual([6, 6]);
    expect(await blockedRows(first.subject)).toBe(0);
  });

  it('finds in another pass what the feed put aside while it ran', async () => {
    const [first, second, third, fourth] = life();
    on.refusing.add(first.subject);
    const [, , blocking] = await on.fed(first, second, third);
    on.refusing.clear();
    const { blocked } = on.servers;
    let late: string[] = [];
    const release = blocked.release.bind(blocked);
    const parkLate: typeof release = async (scope, aggregateId, version) => {
      if (late.length === 0) {
        // As a batch in flight that had read the document before: its letter is durable, then its row.
        late = ['sent'];
        const key = { partition: 0, offset: 900n };
        const waiting = {
          ...key,
          reason: waitsBehind,
          message: '',
          attempts: 0,
          aggregateId,
          aggregateVersion: 4,
        };
        await on.putAside([{ ...waiting, key: null, value: Buffer.from(productEvents.encode(fourth)) }]);
        for (const projection of ['product_search', 'product_summary'])
          await blocked.park({ ...scope, projection }, [{ aggregateId, version: 3, lastParked: 4 }]);
      }
      return release(scope, aggregateId, version);
    };
    blocked.release = parkLate;
    try {
      expect(await redriven([blocking!])).toEqual([
        `${blocking} applied`,
        expect.stringContaining(':0:900 applied, released'),
      ]);
    } finally {
      blocked.release = release;
    }
    expect(await on.versionsOf(first.subject)).toEqual([4, 4]);
    expect(await blockedRows(first.subject)).toBe(0);
  });
});

it('takes whatever a broken record calls itself', async () => {
  const [created] = life();
  const named = (subject: string) =>
    productEvents.encode(created).replaceAll(created.subject, subject).replace('created.v1', 'created.v9');
  const ids = await on.fed(named('a\\u0000b'), named('\\ud800'), named('x'.repeat(128)), '{}', created);
  expect(await redriven(ids.slice(0, 4))).toEqual(ids.slice(0, 4).map((id) => `${id} refused`));
  expect(await on.versionsOf(created.subject)).toEqual([1, 1]);
});

describe('a discarded letter', () => {
  it('lets what waits behind it resume when the event store has its version', async () => {
    const [first, second, third] = life();
    const [, spoiled] = await on.fed(first, productEvents.encode(second).replace('.v1', '.v9'));
    const [behind] = await on.fed(third);
    on.known.push(second);
    expect(await redriven([spoiled!])).toEqual([`${spoiled} refused`]);
    const { result, repairs } = await discarded([spoiled!]);
    expect(result).toEqual({ discarded: [spoiled], released: [behind], waiting: [] });
    expect(repairs).toEqual([]);
    expect(await on.versionsOf(first.subject)).toEqual([3, 3]);
    expect(await redriven([spoiled!])).toEqual([`${spoiled} discarded`]);
    expect(await findLetters(on.servers, new Set([spoiled!]), signal)).toMatchObject([
      { state: 'discarded', actions: [{}, { action: 'discard', detail: 'a test', ...operator }, {}] },
    ]);
  });

  it('hands the product to repair when what waits behind it cannot resume', async () => {
    const [first, second, third] = life();
    const [, spoiled, behind] = await on.fed(
      first,
      productEvents.encode(second).replace('.v1', '.v9'),
      third,
    );
    const { result, repairs } = await discarded([spoiled!]);
    expect(result).toEqual({ discarded: [spoiled], released: [], waiting: [behind] });
    expect(repairs.map(({ projection, aggregateId }) => [projection, aggregateId])).toEqual([
      ['product_search', first.subject],
      ['product_summary', first.subject],
    ]);
    expect(await on.versionsOf(first.subject)).toEqual([1, 1]);
    expect(await discarded([spoiled!])).toMatchObject({ result: { ...result, discarded: [] }, repairs });
  });

  it('lets what waits behind it resume when it is discarded again after a run that was cut off', async () => {
    const [first, second, third] = life();
    const [, spoiled] = await on.fed(first, productEvents.encode(second).replace('.v1', '.v9'));
    const [behind] = await on.fed(third);
    on.known.push(second);
    const cutOff = () => Promise.reject(new Error('cut off'));
    await expect(discarded([spoiled!], { pace: cutOff })).rejects.toThrow('cut off');
    expect(await statesOf([spoiled!, behind!])).toEqual(['unknown-type discarded', 'waits-behind open']);
    expect((await discarded([spoiled!])).result).toEqual({ discarded: [], released: [behind], waiting: [] });
    expect(await on.versionsOf(first.subject)).toEqual([3, 3]);
    expect((await discarded([spoiled!])).result).toEqual({ discarded: [], released: [], waiting: [] });
  });
});
