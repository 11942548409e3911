import { createHash, randomUUID } from 'node:crypto';
import { productEvents } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { eventually, produceRaw } from '@reprise/test-kit';
import {
  aggregateView,
  auditPage,
  bucketComparison,
  configurationView,
  deadLetterList,
  documentComparison,
  generationComparison,
  generationContents,
  generationList,
  type ActionPlan,
  type ActionResult,
  type DeadLetterList,
} from '../contract/index.ts';
import { consoleFixture, type ConsoleFixture, type StartedConsole } from '../testing/console-fixture.ts';

let fixture: ConsoleFixture;
let server: StartedConsole;
const get = async (path: string): Promise<unknown> => {
  const { status, body } = await server.ask<unknown>(path);
  expect({ path, status }).toEqual({ path, status: 200 });
  return body;
};
const statusOf = async (path: string) => (await server.ask(path)).status;

beforeAll(async () => {
  fixture = await consoleFixture(5);
  server = await fixture.start({ CONSOLE_SECRET_TOKEN: 'hush' });
  await fixture.job('rebuild', '--projection', 'product_search');
});

describe('generations', () => {
  it('are compared by content: buckets, then documents, then fields; the digest can be made of the buckets', async () => {
    const [product] = fixture.events;
    await fixture.append(
      productHistory({
        id: product!.subject,
        events: [step.created(), step.published(), step.priceChanged(990), step.priceChanged(1_500)],
      }).slice(-1),
    );
    await fixture.job('rebuild', '--projection', 'product_search', '--no-promote');
    const { generations } = generationList.parse(await get('/ops/v1/generations?projection=product_search'));
    expect(generations.map(({ served }) => served)).toEqual([false, true]);
    const [right, left] = generations.map(({ name }) => name);
    const contents = generationContents.parse(await get(`/ops/v1/generations/${left!}/contents`));
    const lines = contents.buckets.map(
      ({ bucket, documents, high, low }) => `${bucket}:${documents}:${high}:${low}\n`,
    );
    expect(createHash('sha256').update(lines.join('')).digest('hex')).toBe(contents.digest);
    expect(contents.proven).toBe(contents.digest);
    const pair = `left=${left!}&right=${right!}`;
    const { buckets, documents } = generationComparison.parse(await get(`/ops/v1/comparisons?${pair}`));
    expect(documents).toEqual({ left: 5, right: 5 });
    const [bucket, ...more] = buckets.filter(({ same }) => !same);
    expect(more).toEqual([]);
    const found = bucketComparison.parse(await get(`/ops/v1/comparisons/buckets/${bucket!.bucket}?${pair}`));
    expect(found.documents).toEqual([
      { id: product!.subject, kind: 'version', leftVersion: 3, rightVersion: 4 },
    ]);
    const { fields } = documentComparison.parse(
      await get(`/ops/v1/comparisons/documents?${pair}&id=${product!.subject}`),
    );
    expect(fields).toContainEqual({ path: 'priceMinor', left: 990, right: 1_500 });
  });

  it('are looked up by their whole names only: nothing else is ever asked of a store', async () => {
    for (const name of ['product_search', 'product_search_v*', '..%2f_all', '_all', '%00'])
      expect([400, 404]).toContain(await statusOf(`/ops/v1/generations/${name}/contents`));
    expect(await statusOf('/ops/v1/comparisons?left=a&right=b')).toBe(404);
    expect(await statusOf('/ops/v1/generations?projection=nothing')).toBe(404);
    expect(await statusOf('/ops/v1/comparisons/buckets/256?left=a&right=b')).toBe(400);
  });
});

describe('an aggregate', () => {
  it('is shown event by event, with what each projection made of it and which fields changed', async () => {
    const product = fixture.events[0]!.subject;
    const view = aggregateView.parse(await get(`/ops/v1/aggregates?context=product&id=${product}`));
    expect(view.events.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    const last = view.events[3]!.projections.find(({ projection }) => projection === 'product_search')!;
    expect(last).toMatchObject({ outcome: 'applied', document: { priceMinor: 1_500 } });
    expect(last.changed).toContainEqual({ path: 'priceMinor', left: 990, right: 1_500 });
    const stored = view.stored.find(({ projection }) => projection === 'product_search')!;
    // Readers are on the generation from before that event.
    expect(stored.asExpected).toMatchObject({
      known: false,
      why: expect.stringContaining('may be on its way'),
    });
    expect(view.stored.find(({ projection }) => projection === 'product_summary')).toMatchObject({
      document: { known: false },
    });
    expect(await statusOf('/ops/v1/aggregates?context=nothing&id=x')).toBe(404);
  });
});

describe('records', () => {
  it('have the audit of the command line too, no dead letters, and the configuration without secrets', async () => {
    const { rows } = auditPage.parse(await get('/ops/v1/audit?limit=1'));
    expect(rows).toMatchObject([
      { verb: 'rebuild', via: 'cli', outcome: 'done', exitCode: 0, projection: 'product_search' },
    ]);
    expect(deadLetterList.parse(await get('/ops/v1/dead-letters'))).toMatchObject({
      letters: [],
      total: 0,
      next: null,
    });
    const configuration = configurationView.parse(await get('/ops/v1/configuration'));
    const of = (name: string) => configuration.settings.filter((setting) => setting.name === name);
    expect(of('CONSOLE_REFRESH_MS')).toMatchObject([{ value: '250', from: 'environment' }]);
    expect(of('CONSOLE_TWO_PERSONS')).toMatchObject([{ value: 'false', from: 'default' }]);
    const text = JSON.stringify(configuration);
    expect(text).toContain(fixture.topic.name);
    const { password } = new URL(fixture.env['READ_MODEL_DATABASE_URL']!);
    expect(password).not.toBe('');
    for (const hushed of [password, 'hush']) expect(text).not.toContain(hushed);
  });

  it('refuse a cursor of the audit that is none of its rows', async () => {
    const { status, body } = await server.ask(`/ops/v1/audit?after=${randomUUID()}`);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { type: 'urn:reprise:problem:invalid-cursor' },
    });
  });
});

describe('dead letters that match', () => {
  const types = ['a', 'a', 'b'].map((name) => `shop.product.${name}.v1`);
  const preview = (options: object, action = 'redrive', at = server) =>
    at.ask<ActionPlan & { detail?: string }>('/ops/v1/actions/preview', {
      method: 'POST',
      body: JSON.stringify({ action, projection: null, options }),
    });
  const letters = (count: number, type: (at: number) => string, from: number) => {
    const products = Array.from({ length: count }, () => productHistory({ events: [step.created()] })[0]!);
    return produceRaw(
      fixture.deadLetters,
      products.map((event, at) => ({
        key: event.subject,
        value: productEvents.encode(event),
        headers: {
          ...{
            'original-topic': fixture.topic.name,
            'original-partition': '0',
            'original-offset': `${from + at}`,
          },
          ...{ reason: 'projection-failed', error: 'no', attempts: '3', 'event-type': type(at) },
          ...{
            'dead-lettered-at': new Date().toISOString(),
            'aggregate-id': event.subject,
            'aggregate-version': '1',
          },
        },
      })),
    );
  };

  beforeAll(() => letters(3, (at) => types[at]!, 1_000));

  /** Where the dead-letter topic ends: what a preview of now is kept to. */
  const end = (letters: number) => `--up-to=${fixture.deadLetters.name}:0:${letters}`;

  it('are counted before they are redriven or discarded, by type, error, context and aggregate, and the line has the same filters', async () => {
    const { body } = await preview({ type: types[0], error: 'projection-failed', context: 'product' });
    expect(body).toMatchObject({ legal: true, touches: { letters: 2, aggregates: 2, atLeast: false } });
    expect(body.commandLine).toBe(
      `./reprise dlq redrive --event-type=${types[0]} --error=projection-failed --context=product ${end(3)}`,
    );
    const [one] = (await server.ask<DeadLetterList>('/ops/v1/dead-letters')).body.letters;
    const ofOne = await preview({ error: one!.reason, aggregateId: one!.aggregateId! });
    expect(ofOne.body.touches).toMatchObject({ letters: 1 });
    for (const other of [{ context: 'recruiting' }, { error: 'schema-invalid' }])
      expect(await preview(other)).toMatchObject({
        ...{ status: 409, body: { detail: 'No open dead letter matches. Nothing was changed.' } },
      });
    const dry = await preview({ context: 'product', dryRun: true });
    expect(dry.body.commandLine).toBe(`./reprise dlq redrive --all --context=product ${end(3)} --dry-run`);
    const gone = await preview({ error: 'projection-failed', reason: 'a test' }, 'discard');
    expect(gone.body).toMatchObject({ touches: { letters: 3 }, legal: true });
  });

  it('are touched as they were counted: neither the preview again nor its line means one that arrived after it', async () => {
    const asked = { type: 'shop.product.late.v1' };
    await letters(2, () => asked.type, 2_000);
    const { request, commandLine } = (await preview(asked)).body;
    await letters(1, () => asked.type, 3_000);
    const again = await preview(request.options);
    expect(again.body).toMatchObject({ commandLine, touches: { letters: 2 } });
    const dry = await server.ask<ActionResult>('/ops/v1/actions', {
      method: 'POST',
      body: JSON.stringify({ ...request, options: { ...request.options, dryRun: true } }),
    });
    await eventually(async () => {
      const { body } = await server.ask<ActionResult>(`/ops/v1/actions/${dry.body.id}`);
      expect(body).toMatchObject({ exitCode: 0, output: { dryRun: true, counts: { applied: 2 } } });
    });
    expect((await preview(asked)).body.touches).toMatchObject({ letters: 3 });
    // Places that no topic has are no bound that could be left out.
    expect((await preview({ ...asked, upTo: 'a:0:9999999999999999999' })).status).toBe(409);
  });

  it('are at least those that were found, and are acted on all the same, where the topic is longer than what is looked through', async () => {
    const short = await fixture.start({}, { lettersLooked: 2 });
    const { status, body } = await preview({ error: 'projection-failed' }, 'redrive', short);
    await short.close();
    expect(status).toBe(200);
    expect(body).toMatchObject({ legal: true, touches: { letters: 2, atLeast: true } });
    expect(body.commandLine).toContain(end(6));
  });

  it('are counted by type, whatever types call themselves', async () => {
    const hostile = ['constructor', '__proto__', 'constructor'];
    await letters(3, (at) => hostile[at]!, 4_000);
    const { body } = await server.ask<DeadLetterList>('/ops/v1/dead-letters?type=constructor&limit=1');
    expect(body.letters).toHaveLength(1);
    expect(new Map(Object.entries(body.facets.types))).toEqual(
      new Map([
        ...([
          ['__proto__', 1],
          ['constructor', 2],
        ] as const),
        ...([
          [types[0], 2],
          [types[2], 1],
          ['shop.product.late.v1', 3],
        ] as const),
      ]),
    );
    const next = await server.ask<DeadLetterList>(
      `/ops/v1/dead-letters?type=constructor&limit=1&after=${body.next!}`,
    );
    expect(next.body).toMatchObject({ letters: [{ type: 'constructor' }], next: null });
    expect(next.body.letters[0]!.id).not.toBe(body.letters[0]!.id);
  });

  it.each([
    ['an option in the place of a type', { type: '--all' }],
    ['a control character', { error: 'a\u001b[2J' }],
    ['a filter beside ids', { type: 'a', ids: 'a:0:1' }],
    ['a filter beside everything', { type: 'a', all: true }],
    ['a bound that is no place', { type: 'a', upTo: '2026-01-01' }],
    ['a bound beside ids', { ids: 'a:0:1', upTo: 'dlq.a:0:1' }],
    ['a flag', { type: true }],
  ])('are not looked for by %s', async (_, options) => {
    expect((await preview(options)).status).toBe(400);
  });
});
