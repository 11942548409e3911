import { contextNames } from './names.ts';

describe('The names of a context', () => {
  it('are spelt as folders, constants, variables, roles and sentences need them', () => {
    const { names, problems } = contextNames('order-intake', 'order', 'elasticsearch');
    expect(problems).toEqual([]);
    expect(names).toMatchObject({
      ...{ context: 'order_intake', project: 'order-intake', contextConst: 'orderIntake' },
      ...{ CONTEXT: 'ORDER_INTAKE', words: 'order intake', aggregate: 'order', Aggregate: 'Order' },
      ...{ aggregates: 'orders', Aggregates: 'Orders', article: 'an', projection: 'order_search' },
      ...{ projectionFile: 'order-search', projectionConst: 'orderSearch', Projection: 'OrderSearch' },
    });
  });

  it.each([
    ['orders', 'order', 'orders'],
    ['deliveries', 'delivery', 'deliveries'],
    ['spare_boxes', 'box', 'boxes'],
    ['shipping', 'shipping', 'shippings'],
    ['glass', 'glass', 'glasses'],
  ])('hold the singular of %s for its aggregate: %s, of which there are %s', (given, singular, plural) => {
    expect(contextNames(given, undefined, 'postgres').names).toMatchObject({
      aggregate: singular,
      aggregates: plural,
      projection: `${singular}_summary`,
    });
  });
});
