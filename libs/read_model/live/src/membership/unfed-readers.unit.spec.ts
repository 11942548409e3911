import { fingerprintOf, type Generation } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';
import { unfedReaders } from './unfed-readers.ts';

const projection = productSearch as unknown as Projection;
const topicId = 'a-topic';
const generationOf = (projectionVersion: number) =>
  ({
    uuid: `uuid-of-${projectionVersion}`,
    name: `product_search_v${projectionVersion}`,
    projection: projection.name,
    ...{ topicId, projectionVersion },
    fingerprint: fingerprintOf({ ...projection, version: projectionVersion }, topicId),
  }) as unknown as Generation;
const next = generationOf(projection.version + 1);
const fedBy = (generation: Generation, partitions: number[], silentMs = 0) => [
  { feederId: 'one', attachments: [{ generation: generation.uuid, partitions }], silentMs },
];
const found = (live: Generation, feeders: Parameters<typeof unfedReaders>[0]['feeders']) =>
  unfedReaders({ live: [live], feeders, projections: [projection], partitions: [0, 1] });

describe('readers on a generation of another release', () => {
  it('are named with the release to start while no running consumer feeds it', () => {
    const sentence =
      `readers of product_search are on ${next.name}, and no running consumer feeds it: start projection-consumer of the release ` +
      `with version ${next.projectionVersion} (fingerprint ${next.fingerprint.slice(0, 8)})`;
    expect(found(next, [])).toEqual([sentence]);
    expect(found(next, fedBy(next, [0, 1], 60_000))).toEqual([sentence]);
    expect(found(next, fedBy(generationOf(projection.version), [0, 1]))).toEqual([sentence]);
    expect(found(next, fedBy(next, [0]))).toEqual([expect.stringContaining('feeds partitions 1 of it')]);
  });

  it('are no matter while one feeds all of it, or where this release made it', () => {
    expect(found(next, fedBy(next, [0, 1]))).toEqual([]);
    expect(found(generationOf(projection.version), [])).toEqual([]);
  });
});
