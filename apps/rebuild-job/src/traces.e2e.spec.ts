import { eventually, testCredential, type OtlpReceiver, type ReceivedSpan } from '@reprise/test-kit';
import { Client } from 'pg';
import { itKeepsSecrets } from './testing/secrets.contract.ts';
import { wholeSystem, type WholeSystem } from './testing/whole-system.ts';

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
/** A caller that asks for its trace to be recorded, as anybody can. */
const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

let system: WholeSystem;
let receiver: OtlpReceiver;

beforeAll(async () => {
  system = await wholeSystem();
  ({ receiver } = system);
});

async function create(headers: Record<string, string> = {}): Promise<string> {
  const { origin } = await system.api.ready();
  const answer = await fetch(`${origin}/v1/products`, {
    method: 'POST',
    headers: { ...testCredential, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      ...{ title: 'Traced kettle', description: 'x', categoryId: 'kitchen', priceMinor: 4200 },
      ...{ currency: 'EUR', stock: 3, tags: [] },
    }),
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

async function traceparentOf(id: string): Promise<unknown> {
  const client = new Client({ connectionString: system.adminUrls.write });
  await client.connect();
  try {
    const { rows } = await client.query<{ traceparent: unknown }>(
      `SELECT envelope->>'traceparent' AS traceparent FROM event_store WHERE aggregate_id = $1`,
      [id],
    );
    return rows[0]?.traceparent;
  } finally {
    await client.end();
  }
}

const named = (spans: readonly ReceivedSpan[], name: string | RegExp): ReceivedSpan[] =>
  spans.filter((span) => (typeof name === 'string' ? span.name === name : name.test(span.name)));

/** The only span of that name; waits for it. */
async function only(spans: () => readonly ReceivedSpan[], name: string | RegExp): Promise<ReceivedSpan> {
  await eventually(() => expect(named(spans(), name).map((span) => span.name)).toHaveLength(1));
  return named(spans(), name)[0]!;
}

describe('one change', () => {
  it('is one trace, from the request to the refreshed index and the rows of the tables', async () => {
    const topic = system.env['PRODUCT_EVENTS_TOPIC']!;
    const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;
    const id = await create({ traceparent, tracestate: 'vendor=1' });
    const trace = () => receiver.spans.filter(({ traceId }) => traceId === caller.traceId);
    const refresh = await only(trace, /^refresh product_search_v/);
    const request = await only(trace, 'POST /v1/products');
    const statement = await only(trace, 'create-product');
    const creation = await only(trace, 'create outbox_events');
    const relayed = await only(trace, 'process outbox_events');
    const sent = await only(trace, `send ${topic}`);
    const fed = await only(trace, `process ${topic}`);
    const bulk = await only(trace, /^bulk product_search_v/);
    const upserts = [
      await only(trace, /^upsert product_summary_v/),
      await only(trace, /^upsert category_summary_v/),
    ];

    expect(request).toMatchObject({
      ...{ service: 'product-api', kind: kinds.server, parentSpanId: caller.spanId, status: 0 },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/products',
        'http.response.status_code': 201,
        'url.path': '/v1/products',
      },
    });
    expect(statement).toMatchObject({
      ...{ kind: kinds.client, parentSpanId: request.spanId },
      attributes: { 'db.system.name': 'postgresql', 'db.query.summary': 'create-product' },
    });
    expect(creation).toMatchObject({
      ...{ kind: kinds.producer, parentSpanId: request.spanId },
      attributes: {
        'messaging.operation.type': 'create',
        'messaging.destination.name': 'outbox_events',
        'cloudevents.event_type': 'product.created.v1',
        'cloudevents.event_subject': id,
      },
    });
    const ofCreation = { traceId: caller.traceId, spanId: creation.spanId };
    expect(relayed).toMatchObject({
      ...{
        service: 'outbox-relay',
        kind: kinds.consumer,
        parentSpanId: creation.spanId,
        links: [ofCreation],
      },
      attributes: { 'messaging.operation.type': 'process', 'messaging.batch.message_count': 1 },
    });
    expect(sent).toMatchObject({
      ...{ kind: kinds.client, parentSpanId: relayed.spanId },
      attributes: {
        'messaging.system.name': 'kafka',
        'messaging.operation.type': 'send',
        'messaging.destination.name': topic,
      },
    });
    expect(fed).toMatchObject({
      ...{ service: 'projection-consumer', kind: kinds.consumer, parentSpanId: creation.spanId },
      links: [ofCreation],
      attributes: {
        'messaging.system.name': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': expect.stringMatching(/^[012]$/) as unknown,
        'messaging.consumer.group.name': expect.any(String) as unknown,
        'messaging.batch.message_count': 1,
        'reprise.context': 'product',
      },
    });
    for (const span of [bulk, refresh])
      expect(span).toMatchObject({
        ...{ kind: kinds.client, parentSpanId: fed.spanId, status: 0 },
        attributes: { 'db.system.name': 'elasticsearch' },
      });
    for (const upsert of upserts)
      expect(upsert).toMatchObject({
        ...{ service: 'projection-consumer', kind: kinds.client, parentSpanId: fed.spanId, status: 0 },
        attributes: {
          'db.system.name': 'postgresql',
          'db.operation.name': 'upsert',
          'db.collection.name': upsert.name.replace('upsert ', ''),
        },
      });
    // Nobody has rewritten what the event was created with.
    expect(await traceparentOf(id)).toBe(`00-${caller.traceId}-${creation.spanId}-01`);
    expect(system.api.output.map(({ json }) => json)).toContainEqual(
      expect.objectContaining({
        msg: 'request',
        url: '/v1/products',
        trace_id: caller.traceId,
        span_id: request.spanId,
      }),
    );
  });

  it('takes nothing from a trace context that is none, or hostile', async () => {
    const hostile = [
      '00-00000000000000000000000000000000-0000000000000000-01',
      `ff-${caller.traceId.replace('4', '5')}-${caller.spanId}-01`,
      `00-${'7'.repeat(32)}-${caller.spanId}-01-{"level":"fatal"}`,
      `00-${'8'.repeat(32)}-${caller.spanId}-01, 00-${'9'.repeat(32)}-${caller.spanId}-01`,
    ];
    for (const traceparent of hostile) {
      const id = await create({ traceparent, tracestate: 'a'.repeat(4_000) });
      const stored = String(await traceparentOf(id));
      expect(stored).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(stored).not.toMatch(/0{32}|7{32}|8{32}|9{32}|5bf92f/);
    }
  });

  it('leaves no span of probes and scrapes', async () => {
    const { origin } = await system.api.ready();
    await fetch(`${origin}/health/ready`);
    await fetch(`${origin}/metrics`, { headers: testCredential });
    await create();
    await eventually(() => expect(named(receiver.spans, 'POST /v1/products').length).toBeGreaterThan(0));
    expect(named(receiver.spans, /health|metrics|ping/)).toEqual([]);
  });
});

describe('many changes in one batch', () => {
  it('are linked from a trace that is none of theirs', async () => {
    const relay = system.relay;
    relay.signal('SIGSTOP');
    const ids = await Promise.all(Array.from({ length: 5 }, () => create()));
    const created = await Promise.all(ids.map(traceparentOf));
    relay.signal('SIGCONT');
    await eventually(() => {
      const linked = named(receiver.spans, 'process outbox_events').flatMap(({ links }) => links);
      for (const traceparent of created)
        expect(linked.map((link) => `00-${link.traceId}-${link.spanId}-01`)).toContain(traceparent);
    });
    const batch = named(receiver.spans, 'process outbox_events').find(({ links }) => links.length > 1);
    expect(batch?.parentSpanId).toBeUndefined();
    expect(batch?.links.map(({ traceId }) => traceId)).not.toContain(batch?.traceId);
  });
});

describe('a rebuild', () => {
  it.each(['--workers 1', '--workers 2 --memory 1gb'])(
    'with %s is one span with a child for each step and slice, and its receipt names the trace',
    async (options) => {
      const before = receiver.spans.length;
      const job = system.start('rebuild-job', {
        args: ['rebuild', '--projection', 'product_search', '--json', ...options.split(' ')],
      });
      const { code } = await job.exit();
      expect({ code, said: code === 0 ? [] : job.output.map(({ text }) => text) }).toEqual({
        code: 0,
        said: [],
      });
      const receipt = JSON.parse(job.stdout()) as {
        traceId: string;
        runId: string;
        generation: { name: string };
      };
      const spans = receiver.spans.slice(before).filter(({ service }) => service === 'rebuild-job');
      const run = await only(() => spans, 'rebuild product_search');
      expect(run).toMatchObject({
        ...{ traceId: receipt.traceId, parentSpanId: undefined, kind: kinds.internal, status: 0 },
        attributes: {
          'reprise.run.id': receipt.runId,
          'reprise.run.outcome': 'promoted',
          'reprise.generation': receipt.generation.name,
        },
      });
      expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([receipt.traceId]));
      const children = (parent: ReceivedSpan) =>
        spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);
      expect(children(run).map(({ name }) => name)).toEqual(
        ['preflight', 'build', 'gate', 'promote'].map((step) => `step ${step}`),
      );
      const slices = children(children(run)[1]!);
      expect(slices.map(({ name }) => name).sort()).toEqual(['slice 0', 'slice 1', 'slice 2']);
      const read = slices.map(({ attributes }) => Number(attributes['reprise.events.read']));
      expect(read.reduce((sum, events) => sum + events, 0)).toBeGreaterThanOrEqual(6);
      expect(spans).toHaveLength(1 + 4 + slices.length);
    },
  );
});

it('what is not sent yet when a process is stopped is sent before it ends', async () => {
  const before = receiver.spans.length;
  const api = system.start('product-api', { env: { OTEL_BSP_SCHEDULE_DELAY: '600000' } });
  const { origin } = await api.ready();
  const answer = await fetch(`${origin}/v1/products/none`, { headers: testCredential });
  expect(answer.status).toBe(400);
  expect(await api.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(named(receiver.spans.slice(before), 'GET /v1/products/:id')).toHaveLength(1);
});

describe('secrets of settings and requests', () => itKeepsSecrets(() => system));
