import { produce, productHistory, step } from '@reprise/product-events/testing';
import {
  documentedMetrics,
  elasticsearch,
  eventually,
  exposedMetrics,
  metricsOf,
  type SpawnedApp,
} from '@reprise/test-kit';
import { catalogue, consumerFixture, type ConsumerFixture } from './testing/consumer-fixture.ts';
import { naiveDocuments } from './testing/naive-documents.ts';

describe('the projection consumer on an empty log', () => {
  let fixture: ConsumerFixture;
  let app: SpawnedApp;
  const log = catalogue(20);

  beforeAll(async () => {
    fixture = await consumerFixture();
    app = fixture.start();
    await app.ready();
  });

  it('makes the first generation and points readers at it', async () => {
    await eventually(async () => expect(await fixture.generations('LIVE')).toHaveLength(1));
    const [live] = await fixture.generations('LIVE');
    expect(await fixture.readers()).toEqual([live!.name]);
  });

  it('makes events readable by id at once and searchable within the refresh interval', async () => {
    const [created] = productHistory({ events: [step.created({ title: 'Quite unmistakable' })] });
    log.push(created!);
    await produce(fixture.topic, [created!]);
    await eventually(async () => expect(await fixture.byId(created!.subject)).toMatchObject({ version: 1 }));
    await eventually(async () => {
      const query = { match: { title: 'unmistakable' } };
      const found = await elasticsearch().search({ index: fixture.alias, query });
      expect(found.hits.hits.map(({ _id }) => _id)).toEqual([created!.subject]);
    });
  });

  it('folds a catalogue to what its events say, duplicates and all', async () => {
    await produce(fixture.topic, log);
    await produce(fixture.topic, log);
    await eventually(async () => expect(await fixture.documents()).toEqual(naiveDocuments(log)));
  });

  it('shows its progress to watchers of the group, and announces what it feeds', async () => {
    const [feeder] = await fixture.registry.liveFeeders(5_000);
    const [live] = await fixture.generations('LIVE');
    expect(feeder?.attachments).toContainEqual({ generation: live!.uuid, partitions: [0, 1, 2] });
  });

  it('exposes how far each generation is behind, by partition, in events and seconds', async () => {
    const [live] = await fixture.generations('LIVE');
    await eventually(async () => {
      const { origin } = await app.ready();
      const metrics = await metricsOf(origin);
      expect(exposedMetrics(metrics)).toEqual(documentedMetrics('projection-consumer'));
      for (const name of ['feed_lag_events', 'feed_lag_seconds'])
        for (const partition of [0, 1, 2])
          expect(metrics).toMatch(
            new RegExp(`^${name}\\{[^}]*generation="${live!.name}",partition="${partition}"[^}]*\\} 0$`, 'm'),
          );
      const served = '\\{context="product",projection="product_search"';
      expect(metrics).toMatch(new RegExp(`^read_model_available${served},[^}]*\\} 1$`, 'm'));
      expect(metrics).toMatch(new RegExp(`^read_model_verdict${served},verdict="ok"[^}]*\\} 1$`, 'm'));
    });
  });

  it('ends when asked to, and is not waited for any more', async () => {
    expect(await app.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await fixture.registry.liveFeeders(60_000)).toEqual([]);
  });
});
