import { fileURLToPath } from 'node:url';
import { produce } from '@reprise/product-events/testing';
import { eventually } from '@reprise/test-kit';
import { catalogue, consumerFixture } from './testing/consumer-fixture.ts';

const REPRISE_CONFIG = fileURLToPath(
  new URL('../../../libs/read_model/feed/src/testing/by-position/reprise.config.ts', import.meta.url),
);

describe('a consumer of a log that orders by position', () => {
  it('feeds it, ends with 1 once partitions were added, names both sides, and does not start again', async () => {
    const fixture = await consumerFixture(1);
    const app = fixture.start({ REPRISE_CONFIG });
    await app.ready();
    await produce(fixture.topic, catalogue(3));
    await eventually(async () => expect((await fixture.documents()).size).toBe(3));
    const [live] = await fixture.generations('LIVE');
    const before = {
      positions: await fixture.registry.positions(live!.uuid),
      documents: await fixture.documents(),
    };
    await fixture.topic.grow(3);
    await produce(fixture.topic, catalogue(3));
    for (const ended of [app, fixture.start({ REPRISE_CONFIG })]) {
      expect((await ended.exit()).code).toBe(1);
      const said = ended.output.map(({ text }) => text).join('\n');
      expect(said).toMatch(/1 partitions, but .* 3 partitions/);
      expect(said).toContain('./reprise rebuild --projection');
    }
    const after = {
      positions: await fixture.registry.positions(live!.uuid),
      documents: await fixture.documents(),
    };
    expect(after).toEqual(before);
  });
});
