import type { ProductEvent } from '@reprise/product-events';
import { produce } from '@reprise/product-events/testing';
import { elasticsearch, eventually, spawnApp, type SpawnedApp } from '@reprise/test-kit';
import { catalogue, consumerFixture, type ConsumerFixture } from './testing/consumer-fixture.ts';
import { naiveDocuments } from './testing/naive-documents.ts';
import { readProducts, watchAlias, writeEvents } from './testing/traffic.ts';

const rebuildJob = 'apps/rebuild-job/src/main.ts';

describe('a cutover while events are written', () => {
  let fixture: ConsumerFixture;
  let consumer: SpawnedApp;
  const log: ProductEvent[] = [];

  async function run(verb: string): Promise<void> {
    const job = spawnApp(rebuildJob, { args: [verb, '--projection', 'product_search'], env: fixture.env });
    const { code } = await job.exit(120_000);
    const output = job.output.map(({ text }) => text).join('\n');
    expect(`${verb} ended with ${code}\n${code === 0 ? '' : output}`).toBe(`${verb} ended with 0\n`);
  }

  const live = async () => (await fixture.generations('LIVE'))[0]!;

  async function expectAllFolded(): Promise<void> {
    const expected = naiveDocuments(log);
    for (const { name } of await fixture.generations('LIVE', 'STANDBY', 'VERIFIED'))
      await eventually(async () => expect(await fixture.documents(name)).toEqual(expected));
  }

  beforeAll(async () => {
    fixture = await consumerFixture();
    consumer = fixture.start();
    await consumer.ready();
    await eventually(async () => expect(await fixture.generations('LIVE')).toHaveLength(1));
  });

  /** Does `work` under traffic and judges what readers saw; `log` holds everything written when it returns. */
  async function underTraffic(work: () => Promise<void>): Promise<string[]> {
    const writer = writeEvents(fixture, log, { products: 60, perSecond: 100 });
    const alias = watchAlias(fixture);
    const reader = readProducts(fixture, log);
    let outcome: readonly [string[], Awaited<ReturnType<typeof reader.stop>>];
    try {
      await eventually(() => expect(log.length).toBeGreaterThan(150));
      await work();
      await eventually(() => expect(reader.reads).toBeGreaterThan(500));
    } finally {
      await writer.stop();
      outcome = [await alias.stop(), await reader.stop()];
    }
    const [seen, { wentBack, failed }] = outcome;
    expect({ wentBack, failed }).toEqual({ wentBack: [], failed: [] });
    return seen;
  }

  it('G2, G3, I7: loses nothing, shows nothing older, and readers are on exactly one index throughout', async () => {
    const first = await live();
    const seen = await underTraffic(() => run('rebuild'));
    const second = await live();
    expect(second.name).not.toBe(first.name);
    expect(seen).toEqual([first.name, second.name]);
    expect(await fixture.generations('STANDBY')).toHaveLength(1);
    await expectAllFolded();
  });

  it('G7: rolls back to a generation that was fed meanwhile, and forth again', async () => {
    const second = await live();
    const seen = await underTraffic(() => run('rollback'));
    const first = await live();
    expect(seen).toEqual([second.name, first.name]);
    await expectAllFolded();
  });

  it('feeds the others when an index is deleted by hand, says so once, and a rollback brings readers back', async () => {
    const deleted = await live();
    const [standby] = await fixture.generations('STANDBY');
    await elasticsearch().indices.delete({ index: deleted.name });
    for (const _ of [1, 2]) {
      const more = catalogue(5);
      log.push(...more);
      await fixture.store(more);
      await produce(fixture.topic, more);
      await eventually(async () =>
        expect(await fixture.documents(standby!.name)).toEqual(naiveDocuments(log)),
      );
    }
    expect(await fixture.generations('GONE')).toMatchObject([{ name: deleted.name }]);
    const logged = consumer.output.filter(({ json }) => json?.['generation'] === deleted.name);
    expect(logged.map(({ json }) => json?.['msg'])).toEqual([
      expect.stringContaining('the index or table of the generation is gone'),
    ]);
    await run('rollback');
    expect(await live()).toMatchObject({ uuid: standby!.uuid });
    await expectAllFolded();
  });

  it('B4: cuts over while the consumer is down, and the consumer resumes from where both generations stand', async () => {
    await consumer.kill('SIGKILL');
    const before = await live();
    const seen = await underTraffic(() => run('rebuild'));
    expect(seen).toEqual([before.name, (await live()).name]);
    consumer = fixture.start();
    await consumer.ready();
    await expectAllFolded();
    await consumer.kill();
  });
});
