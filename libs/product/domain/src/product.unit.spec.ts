import { HistoryError, type CommandContext } from '@reprise/aggregate';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import {
  adjustStock,
  changeCategory,
  changeDetails,
  changePrice,
  createProduct,
  deleteProduct,
  evolveProduct,
  publish,
  unpublish,
  type CreateProduct,
  type Decision,
  type ProductState,
} from './index.ts';

const kettle: CreateProduct = {
  productId: '01a1f84a-95c0-7790-9c1c-1f0707070707',
  title: 'Enamel kettle',
  description: 'For every hob.',
  brand: 'Halden',
  categoryId: 'kitchen',
  priceMinor: 4990,
  currency: 'EUR',
  stock: 10,
  tags: ['enamel'],
};

const context = (second: number, more: Partial<CommandContext> = {}): CommandContext => ({
  eventId: `event-${second}`,
  time: new Date(Date.UTC(2026, 10, 20, 9, 30, second)),
  correlationId: 'request-1',
  ...more,
});

const happened = (decision: Decision): { event: ProductEvent; state: ProductState } => {
  if (!decision.ok || decision.event === undefined)
    throw new Error(`nothing happened: ${JSON.stringify(decision)}`);
  return { event: decision.event, state: decision.state };
};

const draft = happened(createProduct(undefined, kettle, context(0))).state;
const published = happened(publish(draft, {}, context(1))).state;
const deleted = happened(deleteProduct(published, {}, context(2))).state;

describe('createProduct', () => {
  it('makes a draft at version 1', () => {
    expect(draft).toEqual({
      ...kettle,
      version: 1,
      status: 'draft',
      createdAt: '2026-11-20T09:30:00.000Z',
      updatedAt: '2026-11-20T09:30:00.000Z',
    });
  });

  it('yields the event in its envelope, with what caused it', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { event } = happened(
      createProduct(undefined, kettle, context(0, { causationId: 'import-7', traceparent })),
    );
    const { productId, ...data } = kettle;
    expect(event).toEqual({
      specversion: '1.0',
      id: 'event-0',
      source: '/reprise/product-api',
      type: 'product.created.v1',
      subject: productId,
      time: '2026-11-20T09:30:00.000Z',
      datacontenttype: 'application/json',
      aggregatetype: 'product',
      aggregateversion: 1,
      correlationid: 'request-1',
      causationid: 'import-7',
      traceparent,
      data,
    });
    expect(productEvents.read(productEvents.encode(event))).toEqual({ ok: true, event });
  });

  it('takes nothing from the command that is not its own', () => {
    const command = {
      ...kettle,
      brand: undefined,
      status: 'published',
      version: 7,
    } as unknown as CreateProduct;
    expect(Object.keys(happened(createProduct(undefined, command, context(0))).event.data)).not.toContain(
      'version',
    );
    expect(happened(createProduct(undefined, command, context(0))).state).not.toHaveProperty('brand');
  });

  it('is refused for an id that is taken, also by a deleted product', () => {
    expect(createProduct(draft, kettle, context(1))).toMatchObject({
      ok: false,
      reason: 'product-already-exists',
    });
    expect(createProduct(deleted, kettle, context(1))).toMatchObject({
      ok: false,
      reason: 'product-already-exists',
    });
  });
});

describe('a change', () => {
  it('of details names only what differs', () => {
    const { event, state } = happened(
      changeDetails(
        draft,
        { title: 'Kettle', description: kettle.description, tags: ['enamel', 'blue'] },
        context(5),
      ),
    );
    expect(event).toMatchObject({
      type: 'product.details-changed.v1',
      data: { title: 'Kettle', tags: ['enamel', 'blue'] },
    });
    expect(Object.keys(event.data)).toEqual(['title', 'tags']);
    expect(state).toEqual({
      ...draft,
      title: 'Kettle',
      tags: ['enamel', 'blue'],
      version: 2,
      updatedAt: '2026-11-20T09:30:05.000Z',
    });
  });

  it('of the order of tags is a change', () => {
    const state = happened(changeDetails(draft, { tags: ['a', 'b'] }, context(1))).state;
    expect(happened(changeDetails(state, { tags: ['b', 'a'] }, context(2))).state.tags).toEqual(['b', 'a']);
  });

  it('of tags may take some away, or all', () => {
    const state = happened(changeDetails(draft, { tags: ['a', 'b'] }, context(1))).state;
    expect(happened(changeDetails(state, { tags: ['a'] }, context(2))).state.tags).toEqual(['a']);
    expect(happened(changeDetails(state, { tags: [] }, context(2))).state.tags).toEqual([]);
  });

  it('of the price may change the currency alone', () => {
    const { event, state } = happened(changePrice(draft, { priceMinor: 4990, currency: 'USD' }, context(1)));
    expect(event).toMatchObject({
      type: 'product.price-changed.v1',
      data: { priceMinor: 4990, currency: 'USD' },
    });
    expect(state).toMatchObject({ priceMinor: 4990, currency: 'USD', version: 2 });
  });

  it('of the category moves the product', () => {
    const { event, state } = happened(changeCategory(draft, { categoryId: 'garden' }, context(1)));
    expect(event).toMatchObject({ type: 'product.category-changed.v1', data: { categoryId: 'garden' } });
    expect(state.categoryId).toBe('garden');
  });

  it('of the stock adds up, down to 0', () => {
    const { event, state } = happened(adjustStock(draft, { delta: -10, reason: 'sold out' }, context(1)));
    expect(event).toMatchObject({
      type: 'product.stock-adjusted.v1',
      data: { delta: -10, reason: 'sold out' },
    });
    expect(state.stock).toBe(0);
  });

  it('of the stock below 0 or beyond the limit is refused', () => {
    expect(adjustStock(draft, { delta: -11 }, context(1))).toEqual({
      ok: false,
      reason: 'insufficient-stock',
      detail: `Product ${kettle.productId} has 10 in stock, fewer than 11.`,
    });
    expect(adjustStock(draft, { delta: 2_147_483_647 }, context(1))).toMatchObject({
      ok: false,
      reason: 'stock-limit-exceeded',
    });
  });

  it('of status publishes and withdraws', () => {
    expect(published).toMatchObject({ status: 'published', version: 2 });
    const { event, state } = happened(unpublish(published, {}, context(3)));
    expect(event.type).toBe('product.unpublished.v1');
    expect(state).toMatchObject({ status: 'draft', version: 3 });
  });

  it.each<[string, Decision]>([
    ['details', changeDetails(draft, { title: kettle.title, brand: 'Halden', tags: ['enamel'] }, context(1))],
    ['no details', changeDetails(draft, {}, context(1))],
    ['price', changePrice(draft, { priceMinor: 4990, currency: 'EUR' }, context(1))],
    ['category', changeCategory(draft, { categoryId: 'kitchen' }, context(1))],
    ['stock', adjustStock(draft, { delta: 0 }, context(1))],
    ['withdrawn product', unpublish(draft, {}, context(1))],
  ])('to the current state is not an event: %s', (_name, decision) => {
    expect(decision).toEqual({ ok: true, event: undefined, state: draft });
  });

  it('to published of a published product is not an event', () => {
    expect(publish(published, {}, context(2))).toEqual({ ok: true, event: undefined, state: published });
  });

  it.each<[string, Decision]>([
    ['priceMinor must be integer', changePrice(draft, { priceMinor: 0.1, currency: 'EUR' }, context(1))],
    ['currency must match pattern', changePrice(draft, { priceMinor: 1, currency: 'euro' }, context(1))],
    ['title must NOT have fewer than 1 characters', changeDetails(draft, { title: '' }, context(1))],
    [
      'tags must NOT have more than 20 items',
      changeDetails(draft, { tags: Array(21).fill('t') }, context(1)),
    ],
    ['delta must be integer', adjustStock(draft, { delta: Number.NaN }, context(1))],
    ['delta must be integer', adjustStock(draft, { delta: Number.POSITIVE_INFINITY }, context(1))],
    ['stock must be >= 0', createProduct(undefined, { ...kettle, stock: -1 }, context(1))],
    [
      '/subject must NOT have fewer than 1 characters',
      createProduct(undefined, { ...kettle, productId: '' }, context(1)),
    ],
  ])('out of the bounds of its event is refused: %s', (detail, decision) => {
    expect(decision).toMatchObject({ ok: false, reason: 'invalid-value' });
    expect(!decision.ok && decision.detail).toContain(detail);
  });
});

describe('a product that is not there', () => {
  const commands = {
    changeDetails: (state?: ProductState) => changeDetails(state, { title: 'x' }, context(3)),
    changePrice: (state?: ProductState) => changePrice(state, { priceMinor: 1, currency: 'EUR' }, context(3)),
    changeCategory: (state?: ProductState) => changeCategory(state, { categoryId: 'x' }, context(3)),
    adjustStock: (state?: ProductState) => adjustStock(state, { delta: 1 }, context(3)),
    publish: (state?: ProductState) => publish(state, {}, context(3)),
    unpublish: (state?: ProductState) => unpublish(state, {}, context(3)),
    deleteProduct: (state?: ProductState) => deleteProduct(state, {}, context(3)),
  };

  it.each(Object.entries(commands))('refuses %s: never created', (_name, command) => {
    expect(command(undefined)).toEqual({
      ok: false,
      reason: 'product-not-found',
      detail: 'There is no such product.',
    });
  });

  it.each(Object.entries(commands))('refuses %s: deleted', (_name, command) => {
    expect(command(deleted)).toMatchObject({ ok: false, reason: 'product-deleted' });
  });
});

describe('deleteProduct', () => {
  it('may say why', () => {
    const { event, state } = happened(deleteProduct(draft, { reason: 'discontinued' }, context(1)));
    expect(event).toMatchObject({ type: 'product.deleted.v1', data: { reason: 'discontinued' } });
    expect(state).toMatchObject({ status: 'deleted', version: 2 });
    expect(happened(deleteProduct(draft, {}, context(1))).event.data).toEqual({});
  });
});

describe('evolveProduct refuses a damaged history', () => {
  const { event: creation } = happened(createProduct(undefined, kettle, context(0)));
  const { event: publication } = happened(publish(draft, {}, context(1)));

  it.each<[string, ProductState | undefined, ProductEvent]>([
    ['an event before the first', undefined, { ...publication, aggregateversion: 1 }],
    ['a gap', draft, { ...publication, aggregateversion: 3 }],
    ['a repetition', published, publication],
    ['a second creation', draft, creation],
    ['an event of another product', draft, { ...publication, subject: 'other' }],
    ['an event after the deletion', deleted, { ...publication, aggregateversion: 4 }],
  ])('%s', (_name, state, event) => {
    expect(() => evolveProduct(state, event)).toThrow(HistoryError);
  });
});
