import { join } from 'node:path';
import type { ProductEvent } from '@reprise/product-events';
import type { Generation } from '@reprise/read-model-indices';
import { produce } from '@reprise/product-events/testing';
import { eventually, spawnApp, type SpawnedApp } from '@reprise/test-kit';
import { catalogue, consumerFixture, readinessOf, type ConsumerFixture } from './testing/consumer-fixture.ts';
import { naiveDocuments } from './testing/naive-documents.ts';
import { watchAlias, writeEvents } from './testing/traffic.ts';

const allPartitions = [0, 1, 2];
/** Of the release before, and of the one after it; see `next-release.mjs`. */
const releases = {
  blue: {},
  green: { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'testing/next-release.mjs')}` },
} as const;
type Release = keyof typeof releases;

describe('two releases side by side', () => {
  let fixture: ConsumerFixture;
  const consumers: Partial<Record<Release, SpawnedApp>> = {};
  const generations: Partial<Record<Release, Generation>> = {};
  const log: ProductEvent[] = [];

  async function start(release: Release): Promise<void> {
    const consumer = fixture.start(releases[release]);
    await consumer.ready();
    consumers[release] = consumer;
  }

  async function run(release: Release, verb: string, ...more: string[]): Promise<void> {
    const env = { ...fixture.env, ...releases[release] };
    const args = [verb, '--projection', 'product_search', ...more];
    const job = spawnApp('apps/rebuild-job/src/main.ts', { args, env });
    const { code } = await job.exit(120_000);
    const output = job.output.map(({ text }) => text).join('\n');
    expect(`${verb} ended with ${code}\n${code === 0 ? '' : output}`).toBe(`${verb} ended with 0\n`);
  }

  async function write(events: readonly ProductEvent[]): Promise<void> {
    await fixture.store(events);
    await produce(fixture.topic, events);
    log.push(...events);
  }

  const live = async (): Promise<Generation> => (await fixture.generations('LIVE'))[0]!;

  /** What the search documents of a release must be. */
  function documentsOf(release: Release, events: readonly ProductEvent[]): Map<string, unknown> {
    const documents = naiveDocuments(events);
    if (release === 'green')
      for (const document of documents.values()) document['title'] = String(document['title']).toUpperCase();
    return documents;
  }

  const expectFolded = (release: Release, events: readonly ProductEvent[] = log): Promise<void> =>
    eventually(async () => {
      const documents = await fixture.documents(generations[release]!.name);
      expect(documents).toEqual(documentsOf(release, events));
    });

  /** How many consumers feed a release's search generation, and which of its partitions. */
  async function partitionsFed(release: Release): Promise<readonly (readonly number[])[]> {
    const feeders = await fixture.registry.liveFeeders(5_000);
    return feeders.flatMap(({ attachments }) =>
      attachments
        .filter(({ generation }) => generation === generations[release]!.uuid)
        .map((held) => held.partitions),
    );
  }

  /** Does `work` while events are written; what readers were on meanwhile, in order. */
  async function underTraffic(work: () => Promise<void>): Promise<string[]> {
    const before = log.length;
    const writer = writeEvents(fixture, log, { products: 30, perSecond: 100 });
    const alias = watchAlias(fixture);
    try {
      await eventually(() => expect(log.length).toBeGreaterThan(before + 50));
      await work();
    } finally {
      await writer.stop();
    }
    return alias.stop();
  }

  beforeAll(async () => {
    fixture = await consumerFixture(allPartitions.length);
    await write(catalogue(20));
    await start('blue');
    await eventually(async () => expect(await fixture.generations('LIVE')).toHaveLength(1));
    generations.blue = await live();
  });

  it('G2: moves readers to the new release only by its rebuild, and from one complete generation to the other', async () => {
    await start('green');
    await write(catalogue(5));
    expect(await fixture.generations('VERIFIED', 'LIVE', 'STANDBY')).toEqual([generations.blue]);
    const seen = await underTraffic(() => run('green', 'rebuild'));
    generations.green = await live();
    expect(generations.green.projectionVersion).toBe(generations.blue!.projectionVersion + 1);
    expect(seen).toEqual([generations.blue!.name, generations.green.name]);
  });

  it('G3: keeps both generations complete, each fed by its own consumer from all partitions and by no other', async () => {
    await expectFolded('blue');
    await expectFolded('green');
    await eventually(async () => {
      expect(await partitionsFed('blue')).toEqual([allPartitions]);
      expect(await partitionsFed('green')).toEqual([allPartitions]);
    });
  });

  it('leaves a generation to the consumers of its release: it stands still while they are down, and resumes with them', async () => {
    const before = [...log];
    await consumers.blue!.kill();
    await write(catalogue(10));
    await expectFolded('green');
    expect(await fixture.documents(generations.blue!.name)).toEqual(documentsOf('blue', before));
    expect(await partitionsFed('blue')).toEqual([]);
    await start('blue');
    await expectFolded('blue');
  });

  it('is not ready while readers are on a generation of another release that no consumer feeds, and says which to start', async () => {
    const { projectionVersion, fingerprint } = generations.green!;
    await consumers.blue!.ready();
    await consumers.green!.kill();
    await eventually(async () => {
      const { status, reasons } = await readinessOf(consumers.blue!);
      expect(status).toBe(503);
      expect(reasons).toContain(
        `readers of product_search are on ${generations.green!.name}, and no running consumer feeds it: start projection-consumer ` +
          `of the release with version ${projectionVersion} (fingerprint ${fingerprint.slice(0, 8)})`,
      );
    });
    await start('green');
    await consumers.blue!.ready();
  });

  it('G7: rolls back to the release before, by the command of either, and forth again, and loses nothing', async () => {
    const [blue, green] = [generations.blue!.name, generations.green!.name];
    expect(await underTraffic(() => run('green', 'rollback'))).toEqual([green, blue]);
    await expectFolded('blue');
    expect(await underTraffic(() => run('green', 'rollback', '--again'))).toEqual([blue, green]);
    await expectFolded('green');
    expect(await underTraffic(() => run('blue', 'rollback'))).toEqual([green, blue]);
    await expectFolded('blue');
    await expectFolded('green');
  });
});
