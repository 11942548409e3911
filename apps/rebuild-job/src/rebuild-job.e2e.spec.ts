import type { ProductEvent } from '@reprise/product-events';
import type { Registry } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  afterFile,
  elasticsearch,
  eventually,
  freshName,
  freshTopic,
  groupsOf,
  kafkaAdmin,
  produceRaw,
  spawnApp,
  type FreshTopic,
} from '@reprise/test-kit';
import { ownReadModel } from '@reprise/cli/testing';

const main = 'apps/rebuild-job/src/main.ts';
const refused = 'localhost:1';

let topic: FreshTopic;
let registry: Registry;
let env: Record<string, string>;

function catalogue(products: number): ProductEvent[] {
  return Array.from({ length: products }, () =>
    productHistory({ events: [step.created(), step.published()] }),
  ).flat();
}

/** Runs the command line to its end. */
async function rebuildJob(args: readonly string[], overrides: Record<string, string | undefined> = {}) {
  const app = spawnApp(main, { args, env: { ...env, ...overrides } });
  const { code } = await app.exit(120_000);
  return { code, stdout: app.stdout(), text: app.output.map(({ text }) => text).join('\n') };
}

async function readers(name = env['SEARCH_ALIAS']!): Promise<string[]> {
  const alias = await elasticsearch().indices.getAlias({ name }, { ignore: [404] });
  return 'error' in alias ? [] : Object.keys(alias);
}

beforeAll(async () => {
  topic = await freshTopic({ partitions: 3 });
  ({ registry, env } = await ownReadModel(topic));
  await produce(topic, catalogue(300));
});

describe('the rebuild job', () => {
  it('prints exactly one JSON document, moves the alias and exits 0; run again, it gives the same digest', async () => {
    const first = await rebuildJob(['rebuild', '--projection', 'product_search', '--json']);
    expect(first.code).toBe(0);
    const receipt = JSON.parse(first.stdout) as {
      outcome: string;
      digest: string;
      generation: { name: string };
    };
    expect(receipt).toMatchObject({ outcome: 'promoted', events: { read: 600 }, documents: { live: 300 } });
    expect(await readers()).toEqual([receipt.generation.name]);
    const second = await rebuildJob(['rebuild', '--projection=product_search', '--batchSize=50', '--json']);
    const again = JSON.parse(second.stdout) as typeof receipt;
    expect(again.digest).toBe(receipt.digest);
    expect(again.generation.name).not.toBe(receipt.generation.name);
    expect(await readers()).toEqual([again.generation.name]);
  });

  it('G7: rolls back to what readers used before and says to what', async () => {
    const [before] = await readers();
    const standby = (await registry.listGenerations({ states: ['STANDBY'] }))[0]!;
    const back = await rebuildJob(['rollback', '--projection', 'product_search']);
    expect(back.code).toBe(0);
    expect(back.stdout).toContain(`switched back from ${before} to ${standby.name}`);
    expect(await readers()).toEqual([standby.name]);
  });

  it('shows generations, positions, lag and the last runs', async () => {
    const { code, stdout } = await rebuildJob(['status', '--projection', 'product_search', '--json']);
    expect(code).toBe(0);
    const [status] = JSON.parse(stdout) as [Record<string, unknown>];
    expect(status).toMatchObject({ readers: { on: await readers() }, running: null });
    expect(status['generations']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ state: 'LIVE', lag: 0 }),
        expect.objectContaining({ state: 'STANDBY' }),
      ]),
    );
    expect(status['lastRuns']).toHaveLength(2);
  });

  it('continues with the other projections when one cannot be started, and reports all of them', async () => {
    const lease = await registry.acquireLease('product_summary', {
      runId: '00000000-0000-4000-8000-000000000000',
      holder: 'the test',
      ttlMs: 600_000,
    });
    if (!lease.acquired) throw new Error('the lease was not free');
    const { code, stdout } = await rebuildJob(['rebuild', '--projection', 'all', '--json']);
    await registry.releaseLease(lease.fence);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ projection: 'product_search', outcome: 'promoted' }),
      {
        projection: 'product_summary',
        outcome: 'failed',
        exitCode: 3,
        message: expect.stringContaining('the test'),
      },
      expect.objectContaining({ projection: 'category_summary', outcome: 'promoted' }),
    ]);
  });

  it('says everything that is wrong with a command line at once and exits 1', async () => {
    const others = Promise.all([rebuildJob(['explode']), rebuildJob(['rebuild', '--help'])]);
    const { code, text } = await rebuildJob([
      'rebuild',
      '--projection',
      'nonsense',
      '--mode',
      'SIDEWAYS',
      '--batch-size',
      '0',
      '--wat',
    ]);
    expect(code).toBe(1);
    for (const problem of [
      '--projection "nonsense" is not known',
      '--mode must be one of',
      '--batch-size must be',
      'unknown option --wat',
    ]) {
      expect(text).toContain(problem);
    }
    expect((await others).map((other) => other.code)).toEqual([1, 0]);
  });

  it('exits 4 when Kafka, Elasticsearch or Postgres is out of reach and leaves readers where they were', async () => {
    const before = await readers();
    const without = async (server: string, variable: string, value: string) => {
      const { code, text } = await rebuildJob(['rebuild', '--projection', 'product_search'], {
        [variable]: value,
      });
      expect([server, code]).toEqual([server, 4]);
      expect(text).toContain(server);
      expect(await readers()).toEqual(before);
    };
    // Without Postgres a run holds no lease, so it is not in the way of another.
    await Promise.all([
      without('Elasticsearch', 'ELASTICSEARCH_NODE', `http://${refused}`),
      without('Postgres', 'READ_MODEL_DATABASE_URL', `postgres://nobody:nothing@${refused}/none`),
    ]);
    await without('Kafka', 'KAFKA_BROKERS', refused);
  });

  it('exits 1 for a topic that does not exist and names it, and its registry is still anybody’s', async () => {
    const own = await ownReadModel({ ...topic, name: 'no.such.topic' });
    const { code, text } = await rebuildJob(['rebuild', '--projection', 'product_search'], own.env);
    expect(code).toBe(1);
    expect(text).toContain('"no.such.topic" does not exist');
    expect(await own.registry.bindings.list()).toEqual([]);
  });

  it('exits 5 for a topic that forgets events, whether it rebuilds or only plans', async () => {
    const compacted = await freshTopic({ config: { 'cleanup.policy': 'compact' } });
    const own = await ownReadModel(compacted);
    for (const verb of ['plan', 'rebuild']) {
      const { code, text } = await rebuildJob([verb, '--projection', 'product_search'], own.env);
      expect(code).toBe(5);
      expect(text).toContain('--source event-store');
    }
  });

  it('refuses a log with a record that is no JSON or an unknown type with 2, the old index serving', async () => {
    const faulty = await freshTopic({ partitions: 1 });
    const own = await ownReadModel(faulty);
    const rebuild = () => rebuildJob(['rebuild', '--projection', 'product_search', '--json'], own.env);
    await produce(faulty, catalogue(3));
    expect((await rebuild()).code).toBe(0);
    const before = await readers(own.alias);
    await produceRaw(faulty, [
      { key: 'x', value: 'no JSON' },
      { key: 'y', value: JSON.stringify({ specversion: '1.0', type: 'product.exploded.v1' }) },
    ]);
    const { code, stdout } = await rebuild();
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'refused',
      poison: [{ position: '6', reason: 'not-json' }, { position: '7' }],
    });
    expect(before).toHaveLength(1);
    expect(await readers(own.alias)).toEqual(before);
  });
});

describe('a rebuild that is disturbed', () => {
  /** Starts a rebuild slow enough to be met running: it would take a minute. */
  function slowRebuild(...args: string[]) {
    return spawnApp(main, {
      args: ['rebuild', '--projection', 'product_search', '--max-events-per-second', '250', ...args],
      env,
    });
  }
  const isBuilding = () =>
    eventually(
      async () => {
        const [run] = await registry.listRuns({ projection: 'product_search', limit: 1 });
        expect(run).toMatchObject({ state: 'RUNNING', checkpoint: expect.anything() });
      },
      { intervalMs: 10 },
    );
  let big: FreshTopic;
  let digest: string;

  beforeAll(async () => {
    big = await freshTopic({ partitions: 3 });
    for (let thousand = 0; thousand < 8; thousand++) await produce(big, catalogue(1_000));
    ({ registry, env } = await ownReadModel(big));
    const undisturbed = await rebuildJob(['rebuild', '--projection', 'product_search', '--json']);
    digest = (JSON.parse(undisturbed.stdout) as { digest: string }).digest;
  });

  it('G9: makes a second one exit 3; G5: killed, it leaves the alias alone and the next one succeeds at once', async () => {
    const before = await readers();
    const first = slowRebuild();
    await isBuilding();
    first.signal('SIGSTOP');
    const second = await rebuildJob(['rebuild', '--projection', 'product_search', '--json']);
    expect(second.code).toBe(3);
    expect(JSON.parse(second.stdout)).toMatchObject({
      outcome: 'failed',
      exitCode: 3,
      projection: 'product_search',
    });
    expect(second.text).toContain('is running');
    await first.kill('SIGKILL');
    // Nobody could record how the killed one ended.
    expect(await registry.audit.list({ only: 'open', limit: 5 })).toMatchObject([
      {
        verb: 'rebuild',
        pid: first.pid,
        arguments: expect.arrayContaining(['product_search']),
        outcome: null,
      },
    ]);
    expect(await readers()).toEqual(before);
    const next = await rebuildJob(['rebuild', '--projection', 'product_search', '--json']);
    expect(next.code).toBe(0);
    expect(JSON.parse(next.stdout)).toMatchObject({ outcome: 'promoted', digest });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    'G14: finishes its batch, saves and exits on %s with %i, and can be resumed',
    async (signal, code) => {
      const before = await readers();
      const cancelled = slowRebuild('--json');
      await isBuilding();
      expect((await cancelled.kill(signal)).code).toBe(code);
      expect(JSON.parse(cancelled.stdout())).toMatchObject({ outcome: 'cancelled', cutover: null });
      expect(await readers()).toEqual(before);
      const resumed = await rebuildJob(['rebuild', '--projection', 'product_search', '--resume', '--json']);
      expect(JSON.parse(resumed.stdout)).toMatchObject({ outcome: 'promoted', digest });
    },
  );

  it('stops when it is cancelled from another terminal', async () => {
    const running = slowRebuild('--restart');
    await isBuilding();
    const cancel = await rebuildJob(['cancel', '--projection', 'product_search']);
    const { code } = await running.exit();
    expect(cancel.stdout).toContain('was asked to stop');
    expect(code).toBe(130);
  });
});

describe('groups', () => {
  it('G1: are the same before and after a rebuild', async () => {
    const admin = await kafkaAdmin();
    // It was there before, and stays where it is.
    const groupId = freshName('test.bystander');
    const where = { groupId, topic: env['PRODUCT_EVENTS_TOPIC']! };
    await admin.setOffsets({ ...where, partitions: [{ partition: 0, offset: '1' }] });
    afterFile(() => admin.deleteGroups([groupId]).then(() => undefined));
    await rebuildJob(['rebuild', '--projection', 'product_search']);
    const { groups } = await admin.listGroups();
    expect(groups.map((group) => group.groupId)).not.toContain('reprise-never-joined');
    expect(await groupsOf(where.topic)).toEqual([groupId]);
    expect(await admin.fetchOffsets({ groupId, topics: [where.topic] })).toMatchObject([
      { partitions: expect.arrayContaining([expect.objectContaining({ partition: 0, offset: '1' })]) },
    ]);
  });
});
