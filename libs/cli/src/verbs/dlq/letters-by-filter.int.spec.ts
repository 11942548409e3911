import { productEvents, type ProductEvent } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { describeTopic, letterHeaders } from '@reprise/read-model-feed';
import { freshTopic, produceRaw, testEndpoints, type FreshTopic } from '@reprise/test-kit';
import { inThisProcess } from '../../testing/in-this-process.ts';
import { ownEventStore } from '../../testing/own-event-store.ts';
import { ownReadModel, type OwnReadModel } from '../../testing/own-read-model.ts';
import type { LetterRow } from './letter-text.ts';

const created = () => productHistory({ events: [step.created(), step.published()] });
const [createdType, publishedType] = created().map(({ type }) => type);
let topic: FreshTopic;
let deadLetters: FreshTopic;
let own: OwnReadModel;
let next = 0n;

/** Runs a verb of `dlq`, by its words. */
const dlq = (...words: string[]) =>
  inThisProcess(['dlq', ...words], { ...own.env, DEAD_LETTER_TOPIC: deadLetters.name });

/** Puts events aside for a reason, as a consumer does. */
async function putAside(error: string, ...events: readonly ProductEvent[]): Promise<string[]> {
  const origin = {
    ...{ topic: topic.name, at: new Date(0).toISOString() },
    topicId: (await describeTopic(testEndpoints().kafka, topic.name)).id,
  };
  const letters = events.map((event) => ({
    ...{ partition: 0, offset: next++, key: null, value: Buffer.from(productEvents.encode(event)) },
    ...{ attempts: 1, reason: error, message: 'x', type: event.type },
    ...{ aggregateId: event.subject, aggregateVersion: event.aggregateversion },
  }));
  await produceRaw(
    deadLetters,
    letters.map((letter) => ({
      ...{ key: letter.aggregateId, value: letter.value },
      headers: letterHeaders(letter, origin),
    })),
  );
  return letters.map(({ offset }) => `${topic.name}:0:${offset}`);
}

/** The ids of what is listed, in the order in which they were put aside: two partitions have none. */
async function listed(...words: string[]): Promise<string[]> {
  const { stdout } = await dlq('list', ...words, '--json');
  return (JSON.parse(stdout) as LetterRow[]).map(({ id }) => id).sort();
}

/** What a dry run says that the run after it is to be kept to. */
const boundIn = ({ stderr }: { readonly stderr: string }): string => / add: (--up-to=\S+)/.exec(stderr)![1]!;

beforeAll(async () => {
  [topic, deadLetters] = [await freshTopic({ partitions: 1 }), await freshTopic({ partitions: 2 })];
  own = await ownReadModel(topic);
  Object.assign(own.env, (await ownEventStore()).env);
  const [event] = created();
  await produceRaw(topic, [{ key: event!.subject, value: productEvents.encode(event!) }]);
  expect((await inThisProcess(['rebuild', '--projection', 'product_search'], own.env)).code).toBe(0);
  next = 100n;
});

describe('a redrive by filter', () => {
  it('touches what the list of the same filters shows, with what waits behind it, and nothing else', async () => {
    const [waiting, other] = [created(), created()];
    const [first] = await putAside('refused-by-store', waiting[0]!);
    const [behind] = await putAside('waits-behind', waiting[1]!);
    const [anotherError] = await putAside('schema-violated', other[0]!);
    const filter = ['--event-type', createdType!, '--error', 'refused-by-store'];
    expect(await listed(...filter)).toEqual([first]);
    expect(await listed('--reason', 'schema-violated')).toEqual([anotherError]);
    const dry = await dlq('redrive', ...filter, '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, counts: { applied: 2 } });
    expect(await listed('--state', 'open')).toEqual([first, behind, anotherError]);
    const done = await dlq('redrive', ...filter);
    expect(done.stdout).toMatch(new RegExp(`^${first} .* applied\n${behind} .* applied, released\n$`));
    expect(await listed('--state', 'open')).toEqual([anotherError]);
    // Only open ones are meant.
    expect((await dlq('redrive', ...filter)).stderr).toBe('Nothing to redrive.\n');
    const one = await dlq('redrive', '--aggregate-id', other[0]!.subject, '--event-type', publishedType!);
    expect(one).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing to redrive.\n' });
  });

  it('is kept by its bound to what its dry run counted, whatever has been put aside meanwhile', async () => {
    const filter = ['--error', 'version-gap'];
    const histories = [created(), created(), created(), created()];
    const counted = await putAside('version-gap', histories[0]![0]!, histories[1]![0]!, histories[2]![0]!);
    const dry = await dlq('redrive', ...filter, '--dry-run');
    expect(dry.stderr).toMatch(/^3 applied\. It was a dry run/);
    const late = await putAside('version-gap', histories[3]![0]!);
    const bound = boundIn(dry);
    expect(await listed(...filter, bound)).toEqual(counted);
    const { stdout } = await dlq('redrive', ...filter, bound, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ upTo: bound.split('=')[1], counts: { applied: 3 } });
    expect(await listed(...filter, '--state', 'open')).toEqual(late);
    expect((await dlq('redrive', '--all', bound)).stdout).not.toContain(late[0]!);
    expect((await dlq('redrive', ...filter)).stdout).toContain(`${late[0]}  `);
  });
});

it('of a record that was put aside twice, what the first letter says is what every verb goes by', async () => {
  const [event] = created();
  const first = await putAside('not-json', event!);
  next -= 1n;
  expect(await putAside('unknown-type', event!)).toEqual(first);
  expect(await listed('--error', 'not-json')).toEqual(first);
  const second = ['--error', 'unknown-type', '--aggregate-id', event!.subject];
  expect(await listed(...second)).toEqual([]);
  expect((await dlq('redrive', ...second)).stderr).toBe('Nothing to redrive.\n');
  expect((await dlq('discard', ...second, '--reason', 'a test', '--dry-run')).stdout).not.toContain(
    first[0]!,
  );
});

describe('a discard by filter', () => {
  it('counts in a dry run that writes nothing, then discards those and no later one, on record', async () => {
    const histories = Array.from({ length: 4 }, created);
    const filter = ['--event-type', createdType!, '--error', 'not-applicable'];
    const why = ['--reason', 'a test of filters'];
    const counted = await putAside('not-applicable', ...histories.slice(0, 3).map(([event]) => event!));
    const [behind] = await putAside('waits-behind', histories[0]![1]!);
    const audited = async () => (await own.registry.audit.list({ limit: 20, verb: 'dlq discard' })).length;
    const before = await audited();
    const dry = await dlq('discard', ...filter, ...why, '--dry-run');
    const would = dry.stdout.trim().split('\n').sort();
    expect(would).toEqual(counted.map((id) => `${id}  would be discarded`));
    expect(dry.stderr).toMatch(/^3 would be discarded\. It was a dry run: nothing was changed/);
    expect(await listed('--error', 'not-applicable', '--state', 'open')).toEqual(counted);
    expect(await audited()).toBe(before);

    const late = await putAside('not-applicable', histories[3]![0]!);
    const done = await dlq('discard', ...filter, boundIn(dry), ...why, '--json');
    expect(done).toMatchObject({ code: 0, stderr: '3 discarded, 0 released, 1 waiting.\n' });
    // What waits behind one is as one waits behind a letter that is discarded by its id: its product goes to repair.
    const counts = { discarded: 3, released: 0, waiting: 1 };
    expect(JSON.parse(done.stdout)).toMatchObject({ dryRun: false, counts, waiting: [behind] });
    expect(await listed('--error', 'not-applicable', '--state', 'open')).toEqual(late);
    const [attempt] = await own.registry.audit.list({ limit: 1, verb: 'dlq discard' });
    expect(attempt!.outcome).toMatchObject({ exitCode: 0, receipt: { counts } });
    const shown = await dlq('show', counted[2]!);
    expect(shown.stdout).toMatch(/discard by .*: discarded \(a test of filters\)/);
    const again = await dlq('discard', ...filter, boundIn(dry), ...why);
    expect(again).toMatchObject({ code: 0, stderr: '0 discarded, 0 released, 1 waiting.\n' });
    expect(again.stdout).toBe(`${behind}  waits; its aggregate is in the repair queue\n`);
  });
});

it.each([
  ['control characters', 'a\u001b[2J\n\0'],
  ['what every object has', '__proto__'],
  ['ten thousand characters', 'x'.repeat(10_000)],
])('a filter of %s matches nothing, and says so', async (_, hostile) => {
  const [letter] = await putAside('unknown-type', created()[0]!);
  for (const option of ['--event-type', '--error', '--aggregate-id']) {
    expect(await listed(option, hostile)).toEqual([]);
    expect((await dlq('redrive', option, hostile)).stderr).toBe('Nothing to redrive.\n');
    const { stdout } = await dlq('discard', option, hostile, '--reason', 'a test');
    expect(stdout).toBe('Nothing was changed: no open dead letter matches.\n');
  }
  expect(await listed('--state', 'open')).toContain(letter);
});
