import { randomUUID } from 'node:crypto';
import {
  ApiConformance,
  documentedFieldLimits,
  documentedMetrics,
  eventually,
  exposedMetrics,
  fieldLimits,
  keepsFieldLimits,
  keyOf,
  lintOpenApi,
  metricProblems,
  metricsOf,
  testKeyEnv,
  type LintException,
  type SentRequest,
} from '@reprise/test-kit';
import {
  liveEvents,
  overview,
  runDetail,
  type Overview,
  type RunDetail,
  type RunView,
} from '../contract/index.ts';
import {
  consoleFixture,
  streamed,
  type ConsoleFixture,
  type StartedConsole,
} from '../testing/console-fixture.ts';

let fixture: ConsoleFixture;
let server: StartedConsole;

const look = async (): Promise<Overview> => {
  const { status, body } = await server.ask<Overview>('/ops/v1/overview');
  expect(status).toBe(200);
  return overview.parse(body);
};
const card = async (projection = 'product_search') =>
  (await look()).readModels.find((one) => one.projection === projection)!;

beforeAll(async () => {
  fixture = await consoleFixture();
  server = await fixture.start();
});

// Each look gives its servers a few seconds: on a busy machine one of them may be unknown in one look, and known in the next.
describe('the overview', () => {
  it('says before anything was built that readers are on nothing, and what is legal then', async () => {
    await eventually(async () => {
      const { serving, freshness, proof, rollback, running, actions } = await card();
      expect(serving).toMatchObject({
        state: 'not-serving',
        verdict: 'no-readers',
        on: [],
        generation: { known: false },
      });
      expect(serving.next).toBe('./reprise rebuild --projection product_search');
      // That there is none is known.
      for (const none of [serving.generation, freshness, proof, rollback])
        expect(none).toMatchObject({ known: false, none: true, why: expect.any(String) });
      expect(running).toBeNull();
      const legal = actions.filter((one) => one.legal).map(({ action }) => action);
      expect(legal).toEqual(['plan', 'rebuild']);
      for (const { why } of actions) expect(why).toMatch(/\.$/);
    });
  });

  it('says after a rebuild which proven generation serves, how fresh, and what the proof speaks for', async () => {
    const stdout = await fixture.job('rebuild', '--projection', 'product_search', '--json');
    const receipt = JSON.parse(stdout) as {
      runId: string;
      digest: string;
      generation: { name: string };
      ranges: { partition: number; end: string }[];
    };
    await eventually(async () => {
      const { serving, freshness, proof, room, changes, recommendation } = await card();
      expect(serving.on).toEqual([receipt.generation.name]);
      // Nobody feeds it here, which status says too.
      expect(serving).toMatchObject({ state: 'serving', verdict: 'complete-unfed' });
      expect(freshness).toEqual({ known: true, value: { seconds: 0, events: 0 } });
      expect(proof).toMatchObject({
        known: true,
        value: {
          digest: receipt.digest,
          by: 'gate',
          runId: receipt.runId,
          watermark: Object.fromEntries(receipt.ranges.map(({ partition, end }) => [String(partition), end])),
        },
      });
      expect(room).toMatchObject({ known: true, value: { enough: true } });
      expect(changes[0]).toMatchObject({ what: `a rebuild promoted ${receipt.generation.name}` });
      expect(recommendation).toBeNull();
    });
    const shown = await server.ask<RunDetail>(`/ops/v1/runs/${receipt.runId}`);
    const detail = runDetail.parse(shown.body);
    expect(detail.receipt).toMatchObject({ digest: receipt.digest });
    expect(detail.gate.every(({ passed }) => passed)).toBe(true);
    expect(detail.notices).toMatchObject({
      known: false,
      why: expect.stringContaining('no action of this console is known to have begun it'),
    });
    const listed = await server.ask<{ runs: RunView[] }>('/ops/v1/runs?projection=product_search');
    expect(listed.body.runs.map(({ runId }) => runId)).toEqual([receipt.runId]);
  });

  it('names what is away, and guesses nothing', async () => {
    const lost = await fixture.start({ READ_MODEL_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' });
    await eventually(async () => {
      const { body } = await lost.ask<Overview>('/ops/v1/overview');
      expect(overview.parse(body)).toMatchObject({
        readModels: [],
        problem: expect.stringContaining('READ_MODEL_DATABASE_URL'),
      });
    });
    const noLog = await fixture.start({ KAFKA_BROKERS: '127.0.0.1:9' });
    await eventually(async () => {
      const answer = await noLog.ask<Overview>('/ops/v1/overview');
      const [search] = overview.parse(answer.body).readModels;
      expect(search).toMatchObject({
        serving: { verdict: 'unknown' },
        freshness: { known: false },
        deadLetters: { known: false },
      });
    });
    const noStore = await fixture.start({ ELASTICSEARCH_NODE: 'http://127.0.0.1:9' });
    await eventually(async () => {
      const [unread] = overview.parse((await noStore.ask<Overview>('/ops/v1/overview')).body).readModels;
      const { serving, freshness, proof, rollback } = unread!;
      expect(serving.generation).toEqual({ known: false, why: expect.stringContaining('Elasticsearch') });
      for (const unknown of [freshness, proof, rollback])
        expect(unknown).toEqual({ known: false, why: 'what readers are on could not be read' });
    });
  });
});

/** Rules that the document need not keep everywhere. */
const exceptions: readonly LintException[] = [
  {
    rules: /^owasp:api[34]:/,
    at: /\.responses\./,
    why: 'What is answered is as long as what the stores hold and the job prints; no caller can lengthen it.',
  },
  {
    rules: /no-additionalProperties$/,
    at: /requestBody\..*\.options\.additionalProperties$/,
    why: 'The form of each action names its options; any other is refused.',
  },
  {
    rules: /(?:read-restricted|write-restricted|define-error-responses-401)$/,
    at: /^paths\.\/ops\/v1\/(?:session|login(?:\/callback)?)\./,
    why: 'Who has no credential yet asks here how to log in, and logs in and out.',
  },
];

describe('the OpenAPI document', () => {
  const plan = { action: 'plan', projection: 'product_search', options: {} };
  let api: ApiConformance;
  let existing: Record<string, string>;
  /** A request of each operation that needs more than its path. */
  const valid = ({ generation = 'a' }: Record<string, string> = {}): Readonly<
    Record<string, SentRequest>
  > => ({
    'POST /ops/v1/session': { body: { apiKey: 'x' } },
    'POST /ops/v1/actions': { body: plan },
    'POST /ops/v1/actions/preview': { body: plan },
    'POST /ops/v1/actions/{id}/approval': { body: { approve: false } },
    'GET /ops/v1/dead-letters/payload': { query: '?id=topic:0:1' },
    'GET /ops/v1/generations': { query: '?projection=product_search' },
    'GET /ops/v1/comparisons': { query: `?left=${generation}&right=${generation}` },
    'GET /ops/v1/comparisons/buckets/{bucket}': { query: `?left=${generation}&right=${generation}` },
    'GET /ops/v1/comparisons/documents': { query: `?left=${generation}&right=${generation}&id=x` },
    'GET /ops/v1/aggregates': { query: `?context=product&id=${fixture.events[0]!.subject}` },
    'GET /ops/v1/drift': { query: '?projection=product_search' },
  });
  // The stream lasts; its events are checked below.
  const operations = () => api.document.operations.filter((one) => keyOf(one) !== 'GET /ops/v1/live');

  beforeAll(async () => {
    const [generation] = await fixture.registry.listGenerations();
    // What a generated request asks for must start nothing.
    const jobs = {
      place: () => ({ nothing: 0 }),
      describe: () => 'nowhere',
      start: async () => ({ nothing: 1 }),
      look: async () => ({ state: 'ended', exitCode: 0, stderr: '', stdout: '' }) as const,
    };
    const { origin, ask } = await fixture.start({}, { jobs });
    const runs = await ask<{ runs: RunView[] }>('/ops/v1/runs');
    const action = await ask<{ id: string }>('/ops/v1/actions', {
      method: 'POST',
      body: JSON.stringify(plan),
    });
    existing = {
      ...{ bucket: '1', generation: generation!.name, name: generation!.name },
      ...{ runId: runs.body.runs[0]!.runId, id: action.body.id },
    };
    api = await ApiConformance.of({
      origin,
      existing: (parameter) => existing[parameter] ?? randomUUID(),
      // The form of an action says which options it takes, and of which form.
      refusesMore: ({ path }) => /\/actions(?:\/preview)?$/.test(path),
    });
  });

  it('passes the linter', async () => {
    expect(await lintOpenApi(api.document.raw, exceptions)).toEqual([]);
  });

  it('says what every operation answers, with what there is', async () => {
    const statuses: Record<string, number> = {};
    for (const operation of operations())
      statuses[keyOf(operation)] = (
        await api.send(operation, valid(existing)[keyOf(operation)] ?? {})
      ).status;
    const others = Object.entries(statuses).filter(([, status]) => status !== 200);
    expect(Object.fromEntries(others)).toEqual({
      'POST /ops/v1/session': 401,
      'DELETE /ops/v1/session': 204,
      'POST /ops/v1/actions': 202,
      'POST /ops/v1/actions/{id}/approval': 409,
      'GET /ops/v1/dead-letters/payload': 404,
      'GET /ops/v1/login': 404,
      'GET /ops/v1/login/callback': 404,
    });
  });

  it('says of every generated request how it is answered, and refuses what the API refuses', async () => {
    for (const operation of operations()) await api.generated(operation, 15);
  });

  it('keeps the limit of each field, which stands in the documentation as it is', async () => {
    for (const operation of operations())
      await keepsFieldLimits(api, operation, valid(existing)[keyOf(operation)] ?? {});
    expect(fieldLimits(api.document)).toEqual(documentedFieldLimits('console'));
  });

  it('holds for what no document describes: any bytes, texts and media types, without a fault of the server', async () => {
    for (const operation of operations()) await api.hostile(operation, 10);
  });
});

describe('the stream', () => {
  it('sends everything once, and to one who comes back only what is newer', async () => {
    const names = (events: readonly { name: string }[]) => new Set(events.map(({ name }) => name));
    const first = await streamed(server.origin, (events) => names(events).has('write-side'));
    for (const { name, data } of first) liveEvents[name as 'card'].parse(data);
    const cards = first.filter(({ name }) => name === 'card').map(({ data }) => data['projection']);
    expect(new Set(cards)).toEqual(new Set(['product_search', 'product_summary', 'category_summary']));
    const lastId = first.at(-1)!.id!;
    const number = (id: string | undefined) => Number(id!.split('-')[1]);
    // What time it is here comes before anything that has an age.
    expect(first[0]).toMatchObject({ id: undefined, name: 'alive' });
    const numbered = (events: readonly (typeof first)[number][]) =>
      events.filter(({ id }) => id !== undefined);
    const resumed = await streamed(server.origin, (events) => numbered(events).length > 0, {
      'last-event-id': lastId,
    });
    expect(number(numbered(resumed)[0]!.id)).toBeGreaterThan(number(lastId));
    // An id of another process means nothing: everything is sent.
    const foreign = await streamed(server.origin, (events) => names(events).has('write-side'), {
      'last-event-id': 'ffffffffffff-99999',
    });
    expect(names(foreign)).toContain('card');
  });
});

it('what it measures of itself has help texts, units, bounded labels and no secret', async () => {
  for (const path of [`runs/${randomUUID()}`, `aggregates/product_search/${randomUUID()}`, randomUUID()])
    await server.ask(`/ops/v1/${path}`);
  const answer = await metricsOf(server.origin);
  expect(exposedMetrics(answer)).toEqual(documentedMetrics('console'));
  const passwords = Object.values(fixture.env).flatMap((value) => URL.parse(value)?.password || []);
  expect(metricProblems(answer, [...passwords, testKeyEnv.REPRISE_API_KEY])).toEqual([]);
});
