import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Registry } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch, eventually, freshTopic, spawnApp, terminalShows } from '@reprise/test-kit';
import { inOwnTerminal, ownReadModel, type OwnReadModel } from '@reprise/cli/testing';

const main = 'apps/rebuild-job/src/main.ts';
const projection = 'product_search';

let registry: Registry;
let fedBy: OwnReadModel['fedBy'];
let env: Record<string, string>;

async function rebuildJob(args: readonly string[], overrides: Record<string, string> = {}) {
  const app = spawnApp(main, { args, env: { ...env, ...overrides } });
  const { code } = await app.exit();
  return { code, stdout: app.stdout(), text: app.output.map(({ text }) => text).join('\n') };
}

beforeAll(async () => {
  const topic = await freshTopic({ partitions: 2 });
  ({ registry, env, fedBy } = await ownReadModel(topic));
  await produce(topic, productHistory({ events: [step.created(), step.published()] }));
  expect((await rebuildJob(['rebuild', '--projection', projection])).code).toBe(0);
});

describe('status', () => {
  const check = ['status', '--projection', projection, '--check'];

  it('says in its first line that nobody feeds what readers are on, and what follows the log when somebody does', async () => {
    const unfed = await rebuildJob(check);
    expect(unfed.stdout.split('\n')[0]).toBe(`${projection}: COMPLETE, BUT NOT FED: no consumer feeds it`);
    expect(unfed).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('next        start projection-consumer'),
    });
    expect((await rebuildJob(check.slice(0, -1))).code).toBe(0);
    const [live] = await registry.listGenerations({ projection, states: ['LIVE'] });
    await fedBy('a consumer', [live!], [0, 1]);
    try {
      const fed = await rebuildJob(check);
      expect(fed.stdout.split('\n')[0]).toBe(`${projection}: OK`);
      expect(fed.code).toBe(0);
    } finally {
      await registry.removeFeeder('a consumer');
    }
  });

  it('works without Kafka and without Elasticsearch and says what it could not ask', async () => {
    const kafka = await rebuildJob(['status', '--projection', projection], { KAFKA_BROKERS: 'localhost:1' });
    expect(kafka.code).toBe(0);
    expect(kafka.text).toMatch(/the lag is unknown: Kafka at \S+:1 refuses connections/);
    expect(kafka.stdout).toMatch(/LIVE .* lag unknown/);
    const search = await rebuildJob(['status', '--projection', projection], {
      ELASTICSEARCH_NODE: 'http://localhost:1',
    });
    expect(search.code).toBe(0);
    expect(search.stdout).toContain('are on unknown');
    expect(search.text).toContain('Elasticsearch at localhost:1 refuses connections');
  });

  it('names the server, whichever of them accepts connections and says nothing', async () => {
    const args = ['status', '--projection', projection];
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const asked = async (changes: Record<string, string>) => {
      const { code, text } = await rebuildJob(args, changes);
      return { code, text: text.replaceAll(/\s+/g, ' ') };
    };
    try {
      const url = `postgres://nobody@127.0.0.1:${port}/none`;
      // All at once: they wait, and need no processor for that.
      const [kafka, search, registryAway, writeAway] = await Promise.all([
        asked({ KAFKA_BROKERS: `127.0.0.1:${port}` }),
        asked({ ELASTICSEARCH_NODE: `http://127.0.0.1:${port}` }),
        asked({ READ_MODEL_DATABASE_URL: url }),
        asked({ EVENT_STORE_DATABASE_URL: url }),
      ]);
      expect(kafka).toMatchObject({
        code: 0,
        text: expect.stringContaining('UNKNOWN: readers are on the live'),
      });
      expect(search).toMatchObject({ code: 0, text: expect.stringContaining('Elasticsearch') });
      expect(registryAway).toMatchObject({
        code: 4,
        text: expect.stringContaining('READ_MODEL_DATABASE_URL'),
      });
      expect(writeAway).toMatchObject({ code: 0, text: expect.stringContaining('write side unknown: ') });
    } finally {
      silent.close();
    }
  });

  it('is printed again and again by --watch where there is no terminal, until ^C ends it with 0', async () => {
    const watching = spawnApp(main, { args: ['status', '--projection', projection, '--watch'], env });
    const headline = `${projection}: COMPLETE, BUT NOT FED`;
    await eventually(() =>
      expect(watching.output.filter(({ text }) => text.startsWith(headline)).length).toBeGreaterThan(1),
    );
    watching.signal('SIGINT');
    expect((await watching.exit()).code).toBe(0);
  });

  it('says with each look of --watch that the registry belongs to other readers', async () => {
    const args = ['status', '--projection', projection, '--watch'];
    const watching = spawnApp(main, { args, env: { ...env, SEARCH_ALIAS: 'others_search' } });
    await eventually(() => {
      const said = watching.output.filter(
        ({ stream, text }) => stream === 'stderr' && text.includes('SEARCH_ALIAS'),
      );
      expect(said.length).toBeGreaterThan(1);
    });
    watching.signal('SIGINT');
    expect((await watching.exit()).code).toBe(0);
  });

  it('is drawn over the last one by --watch in a terminal, until ^C ends it with 0', async () => {
    const args = ['status', '--projection', projection, '--watch'];
    const run = inOwnTerminal(args, { ...env, NO_COLOR: '1' }, { typed: true });
    const headline = `${projection}: COMPLETE, BUT NOT FED`;
    await terminalShows(run, new RegExp(`${headline}[^]*${headline}[^]*next `));
    run.type('\u0003');
    expect(await run.ended).toBe(0);
    const [before, ...drawn] = run.output().split('\u001b[H\u001b[2J');
    expect(before).not.toContain(headline);
    // Each is alone on its screen, from the first line on.
    expect(drawn.length).toBeGreaterThan(1);
    for (const screen of drawn)
      expect([screen.split(headline).length - 1, screen.indexOf(headline)]).toEqual([1, 0]);
  });

  it('names indices that look like generations and are owned by nobody', async () => {
    const orphan = `product_search_v1_20010101_000000_${randomBytes(4).toString('hex')}`;
    await elasticsearch().indices.create({ index: orphan });
    try {
      expect((await rebuildJob(['status', '--projection', projection, '--verbose'])).stdout).toContain(
        `orphan      ${orphan}`,
      );
      const pruned = await rebuildJob(['prune', '--projection', projection]);
      expect(pruned.stdout).toContain(`${orphan} is owned by no entry of the registry and was left alone`);
      expect(await elasticsearch().indices.exists({ index: orphan })).toBe(true);
    } finally {
      await elasticsearch().indices.delete({ index: orphan });
    }
  });
});
