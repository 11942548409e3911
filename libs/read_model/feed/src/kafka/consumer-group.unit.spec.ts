import { projections } from '@reprise/product-read-model';
import { consumerGroupOf } from './consumer-group.ts';

const topic = { name: 'product.events', id: 'AAAAAAAAAAAAAAAAAAAAAA' };
const [first, ...others] = projections;
const next = { ...first!, version: first!.version + 1 };

describe('the consumer group of a release', () => {
  it('begins with a name that permissions can be given for, and is the same in whatever order projections are listed', () => {
    const group = consumerGroupOf(topic, projections);
    expect(group).toMatch(/^reprise-projections-product\.events-[0-9a-f]{8}$/);
    expect(consumerGroupOf(topic, projections.toReversed())).toBe(group);
  });

  it('is another one when one of its projections makes other documents', () => {
    expect(consumerGroupOf(topic, [next, ...others])).not.toBe(consumerGroupOf(topic, projections));
  });
});
