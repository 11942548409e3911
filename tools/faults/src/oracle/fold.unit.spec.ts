import { foldDocuments, plainJson, type PlainEvent } from './fold.ts';

const event = (version: number, type: string, data: Record<string, unknown>): PlainEvent => ({
  id: `e${version}`,
  type: `product.${type}.v1`,
  subject: 'p',
  time: `2026-01-01T00:00:0${version}.000Z`,
  aggregateversion: version,
  correlationid: 'c',
  data,
});

const life = [
  event(1, 'created', { title: 'Mug', description: 'Big.', categoryId: 'cafe\u0301', stock: 10, tags: [] }),
  event(2, 'published', {}),
  event(3, 'stock-adjusted', { delta: -4, reason: 'sold' }),
  event(4, 'details-changed', { title: 'Enamel mug' }),
  event(5, 'deleted', { reason: 'gone' }),
];

describe('the naive fold', () => {
  it('puts the fields of each event over those before, adds deltas and keeps tombstones', () => {
    expect(foldDocuments(life).get('p')).toEqual({
      productId: 'p',
      brand: null,
      title: 'Enamel mug',
      description: 'Big.',
      categoryId: 'caf\u00e9',
      stock: 6,
      tags: [],
      titleSort: 'enamel mug',
      folded: null,
      status: 'deleted',
      version: 5,
      createdAt: '2026-01-01T00:00:01.000Z',
      updatedAt: '2026-01-01T00:00:05.000Z',
    });
  });

  it('holds texts composed, and folded where that is more than lower case', () => {
    const created = { title: 'E\u0301ditiøn', description: 'Big.', brand: 'Fjäll', tags: ['Été'] };
    expect(foldDocuments([event(1, 'created', created)]).get('p')).toMatchObject({
      title: '\u00c9ditiøn',
      titleSort: 'edition',
      folded: { title: 'edition', description: 'big.', brand: 'fjall', tags: ['ete'] },
    });
  });

  it('counts an event once, whatever the order', () => {
    expect(foldDocuments([...life.toReversed(), ...life])).toEqual(foldDocuments(life));
  });
});

describe('plainJson', () => {
  it('gives the same text for the same content and another one for another', () => {
    expect(plainJson({ b: [1, { d: null, c: 'x' }], a: 1 })).toBe('{"a":1,"b":[1,{"c":"x","d":null}]}');
    expect(plainJson({ a: 1 })).not.toBe(plainJson({ a: '1' }));
  });
});
