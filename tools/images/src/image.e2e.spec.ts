import { jest } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  afterFile,
  describeWith,
  elasticsearch,
  eventually,
  freshDatabase,
  freshName,
  freshTopic,
  kafkaAdmin,
  produceRaw,
  testAccessEnv,
  testCredential,
  testEndpoints,
} from '@reprise/test-kit';
import { pagesOf, verifiedBy } from './testing/console.ts';
import { packagesIn } from './testing/packages.ts';
import { runContainer, type Container, type RunOptions } from './testing/container.ts';
import { engineOutput, findEngine } from './building/engine.ts';
import { buildTestImage, type TestImage } from './testing/test-image.ts';

jest.setTimeout(300_000);

const found = findEngine();
const engine = found!;
let image: TestImage;

const run = (args: readonly string[], options: Omit<RunOptions, 'args'> = {}): Container =>
  runContainer(engine, image.tag, { args, ...options });

/** Where an application finds the keys of tests. */
const keysFile = '/etc/reprise/access-keys.json';

/** Runs an application of the image. */
const start = (name: string, args: readonly string[], env: Readonly<Record<string, string>>): Container =>
  run([`apps/${name}/dist/main.js`, ...args], {
    env: { ...env, ACCESS_KEYS_FILE: keysFile },
    options: [`--volume=${testAccessEnv.ACCESS_KEYS_FILE}:${keysFile}:ro`],
  });

/** The exit code and everything that was written. */
async function ended({ ended: end, lines }: Container): Promise<{ code: number | null; said: string }> {
  return { code: await end, said: lines.join('\n') };
}

const suite = (): void => {
  beforeAll(() => {
    image = buildTestImage(engine);
  });

  it('is the same when it is made again, names what it holds, and lets nobody be root', () => {
    const inspect = (format: string): unknown =>
      JSON.parse(engineOutput(engine, 'image', 'inspect', '--format', `{{json ${format}}}`, image.tag));
    expect(inspect('.Config.User')).toBe('1000:1000');
    expect(inspect('.Config.Volumes')).toEqual({ '/tmp': {} });
    expect(inspect('.Config.Entrypoint')).toEqual(['/reprise/init', '--', 'node']);
    expect(inspect('.Config.Labels')).toMatchObject({
      'org.opencontainers.image.title': 'Reprise',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.version': '1.2.3',
      'org.opencontainers.image.revision': 'abcdef',
      'org.opencontainers.image.base.name': image.base,
    });
    const size = (tag: string): number =>
      Number(engineOutput(engine, 'image', 'inspect', '--format', '{{.Size}}', tag));
    expect(size(image.tag) - size(image.base)).toBeLessThan(200e6);
    const [layers, config] = [inspect('.RootFS.Layers'), inspect('.Config')];
    image.buildAgain();
    expect([inspect('.RootFS.Layers'), inspect('.Config')]).toEqual([layers, config]);
  });

  it('holds the packages that its applications need in production, and none that only development needs', () => {
    const { held, unwanted } = packagesIn(image.tree);
    expect(held).toEqual(expect.arrayContaining(['@nestjs/core', 'kafkajs', 'pg', '@reprise/contexts']));
    expect(unwanted).toEqual(expect.arrayContaining(['jest', 'typescript']));
    expect(readdirSync(join(image.tree, 'apps/console/web'))).toEqual(['dist']);
    expect(held.filter((path) => unwanted.includes(path))).toEqual([]);
    expect(held.filter((path) => path.endsWith('.ts'))).toEqual([]);
  });

  it('shows the command line of the rebuild job where nothing else is asked for', async () => {
    const { code, said } = await ended(run([]));
    expect(said).toContain('Rebuilds read models from the event log');
    expect(code).toBe(0);
  });

  it('reaps processes that lost their parent, and gives the code of its application', async () => {
    const started = (code: string): string =>
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(code)}], { stdio: 'ignore', detached: true })`;
    // Ends once its parent is gone, and says who it was.
    const orphan = `setInterval(() => {
      if (process.ppid !== 1) return;
      require('node:fs').writeFileSync('/tmp/orphan', String(process.pid));
      process.exit();
    }, 5)`;
    const script = `
      const { existsSync, readFileSync } = require('node:fs');
      ${started(`${started(orphan)}.unref()`)};
      setInterval(() => {
        const pid = existsSync('/tmp/orphan') && readFileSync('/tmp/orphan', 'utf8');
        if (pid && !existsSync('/proc/' + pid)) process.exit(5);
      }, 5);`;
    const options = ['--entrypoint=/reprise/init'];
    expect((await ended(run(['--', 'node', '-e', script], { options }))).code).toBe(5);
  });
  describe('runs the platform', () => {
    let env: Record<string, string>;
    let owners: Record<string, string>;
    let topic: string;
    let alias: string;
    const rebuildJob = (...args: string[]): Container => start('rebuild-job', args, env);

    beforeAll(async () => {
      const [write, read] = [await freshDatabase('write'), await freshDatabase('read')];
      topic = (await freshTopic({ partitions: 2 })).name;
      alias = freshName('test_search');
      owners = { WRITE_DATABASE_OWNER_URL: write.url, READ_MODEL_DATABASE_OWNER_URL: read.url };
      env = {
        ...testEndpoints().env,
        WRITE_DATABASE_URL: write.productApiUrl,
        OUTBOX_DATABASE_URL: write.relayUrl,
        EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
        READ_MODEL_DATABASE_URL: read.feederUrl,
        PRODUCT_EVENTS_TOPIC: topic,
        DEAD_LETTER_TOPIC: (await freshTopic()).name,
        SEARCH_ALIAS: alias,
        REPRISE_CONTEXTS: 'product',
        PRODUCT_API_PORT: '0',
        OUTBOX_RELAY_PORT: '0',
        PROJECTION_CONSUMER_PORT: '0',
        SEARCH_API_PORT: '0',
        CONSOLE_PORT: '0',
        HTTP_DRAIN_SECONDS: '1',
      };
      afterFile(async () => {
        const { indices } = elasticsearch();
        for (const name of generations) await indices.delete({ index: name, ignore_unavailable: true });
      });
    });

    const generations: string[] = [];

    /** Rebuilds, and returns the generation that readers are on now. */
    async function rebuild(...more: string[]): Promise<string> {
      const { code, said } = await ended(
        rebuildJob('rebuild', '--projection', 'product_search', ...more, '--json'),
      );
      expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
      const name = /"name": ?"(product_search_v[^"]+)"/.exec(said)![1]!;
      generations.push(name);
      return name;
    }

    const readers = async (): Promise<string[]> =>
      Object.keys(await elasticsearch().indices.getAlias({ name: alias }));

    async function listening(container: Container): Promise<string> {
      const { port } = await container.logged({ msg: 'listening' });
      return `http://127.0.0.1:${String(port)}`;
    }

    const isReady = (origin: string): Promise<void> =>
      eventually(async () => expect((await fetch(`${origin}/health/ready`)).status).toBe(200));

    it('migrates, writes, publishes, feeds, rebuilds, shows and rolls back, on a root file system that nobody can write to', async () => {
      const migrated = await ended(start('migrate', [], owners));
      expect(migrated).toEqual({
        code: 0,
        said: expect.stringContaining('Applied to the read-model database') as string,
      });

      const [api, relay] = [start('product-api', [], env), start('outbox-relay', [], env)];
      const origin = await listening(api);
      await isReady(origin);
      const mug = {
        title: 'Mug',
        description: '',
        categoryId: 'kitchen',
        tags: [],
        priceMinor: 5,
        currency: 'EUR',
        stock: 1,
      };
      const post = async (path: string, body: object, headers: object = {}) => {
        const response = await fetch(`${origin}${path}`, {
          method: 'POST',
          headers: { ...testCredential, 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        });
        return { status: response.status, id: ((await response.json()) as { id: string }).id };
      };
      const { id } = await post('/v1/products', mug);
      expect((await post(`/v1/products/${id}/publish`, {}, { 'if-match': '"1"' })).status).toBe(200);
      await isReady(await listening(relay));
      const first = await rebuild('--source', 'event-store');

      const [consumer, search] = [start('projection-consumer', [], env), start('search-api', [], env)];
      const found = `${await listening(search)}/v1/products/${id}`;
      await eventually(async () =>
        expect((await fetch(found, { headers: testCredential })).status).toBe(200),
      );
      await isReady(await listening(consumer));

      const second = await rebuild();
      expect(await readers()).toEqual([second]);
      expect((await ended(rebuildJob('rollback', '--projection', 'product_search'))).code).toBe(0);
      expect(await readers()).toEqual([first]);
      const desk = start('console', [], env);
      const operations = await listening(desk);
      expect(await pagesOf(operations)).toEqual([
        [200, 'text/html; charset=utf-8'],
        [200, 'text/javascript; charset=utf-8'],
      ]);
      expect(await verifiedBy(operations, 'product_search')).toMatchObject({ state: 'done', exitCode: 0 });

      for (const container of [api, relay, consumer, search, desk]) {
        container.signal('TERM');
        expect([await container.ended, container.lines.at(-1)]).toEqual([
          0,
          expect.stringContaining('"msg":"stopped"'),
        ]);
      }
      expect(api.lines.join('\n')).toContain('"msg":"draining"');
    });

    it('saves on SIGTERM and SIGINT in the middle of a rebuild, refuses a second one meanwhile, and resumes', async () => {
      const events = Array.from({ length: 300 }, () =>
        productHistory({ events: [step.created(), step.published()] }),
      );
      await produce(topic, events.flat());
      const slow = [
        'rebuild',
        '--projection',
        'product_search',
        '--max-events-per-second',
        '20',
        '--progress',
        'json',
      ];
      for (const [signal, code] of [
        ['TERM', 143],
        ['INT', 130],
      ] as const) {
        const running = rebuildJob(...slow);
        await running.logged({ step: 'build' });
        expect((await ended(rebuildJob(...slow))).code).toBe(3);
        running.signal(signal);
        expect(await running.ended).toBe(code);
      }
      expect(await readers()).not.toContain(await rebuildOnward());
    });

    /** Finishes the interrupted rebuild without switching. */
    const rebuildOnward = (): Promise<string> => rebuild('--no-promote');

    it('ends a refused rebuild with 2 and one of a log that lost its beginning with 5, and names commands that work in it', async () => {
      await produceRaw(topic, [{ partition: 0, value: 'no event' }]);
      const refused = await ended(rebuildJob('rebuild', '--projection', 'product_search', '--restart'));
      expect(refused).toEqual({ code: 2, said: expect.stringContaining('poison events') as string });
      expect(refused.said).toContain('node apps/rebuild-job/dist/main.js dlq show');
      const admin = await kafkaAdmin();
      // It makes the client know the topic, which deleting needs.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '1' }] });
      const cut = await ended(rebuildJob('rebuild', '--projection', 'product_search', '--source', 'kafka'));
      expect(cut).toEqual({ code: 5, said: expect.stringContaining('--source event-store') as string });
    });

    it.each([
      ['a command line that is none', 1, 'rebuild-job', ['rebuild'], {}],
      [
        'a database that is not there',
        4,
        'migrate',
        [],
        { WRITE_DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' },
      ],
      ['a service without its settings', 1, 'product-api', [], {}],
    ] as const)('ends as the application does: %s, %i', async (_, code, name, args, own) => {
      expect((await ended(start(name, args, own))).code).toBe(code);
    });
  });
};

describeWith('Linux with Docker or Podman, and tini', 'the image', suite, found !== undefined);
