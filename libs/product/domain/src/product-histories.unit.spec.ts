import { type CommandContext } from '@reprise/aggregate';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import fc from 'fast-check';
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
  type Decision,
  type ProductState,
} from './index.ts';

type Command = (state: ProductState | undefined, context: CommandContext) => Decision;

const text = fc.string({ maxLength: 8 });
const tags = fc.array(text, { maxLength: 3 });
const priceMinor = fc.oneof(fc.integer({ min: -2, max: 5 }), fc.constant(0.5));
const currency = fc.constantFrom('EUR', 'USD', 'eur');
const delta = fc.integer({ min: -20, max: 20 });

/** Commands as they come from outside: some are refused, some change nothing, some hit a product that is gone. */
const command: fc.Arbitrary<Command> = fc.oneof(
  fc
    .record({
      title: text,
      description: text,
      categoryId: text,
      priceMinor,
      currency,
      stock: fc.nat(30),
      tags,
    })
    .map(
      (data): Command =>
        (state, context) =>
          createProduct(state, { productId: 'p-1', ...data }, context),
    ),
  fc.record({ title: text, description: text, brand: text, tags }, { requiredKeys: [] }).map(
    (data): Command =>
      (state, context) =>
        changeDetails(state, data, context),
  ),
  fc.record({ priceMinor, currency }).map(
    (data): Command =>
      (state, context) =>
        changePrice(state, data, context),
  ),
  fc.record({ categoryId: text }).map(
    (data): Command =>
      (state, context) =>
        changeCategory(state, data, context),
  ),
  {
    weight: 4,
    arbitrary: fc.record({ delta }).map(
      (data): Command =>
        (state, context) =>
          adjustStock(state, data, context),
    ),
  },
  fc.constant<Command>((state, context) => publish(state, {}, context)),
  fc.constant<Command>((state, context) => unpublish(state, {}, context)),
  fc.constant<Command>((state, context) => deleteProduct(state, {}, context)),
);

interface History {
  readonly events: ProductEvent[];
  readonly states: ProductState[];
}

const run = (commands: readonly Command[]): History => {
  const history: History = { events: [], states: [] };
  commands.forEach((decide, index) => {
    const context = { eventId: `e-${index}`, time: new Date(index * 1000), correlationId: 'c-1' };
    const before = history.states.at(-1);
    const decision = decide(before, context);
    if (!decision.ok) return;
    if (decision.event === undefined) expect(decision.state).toBe(before);
    else {
      history.events.push(decision.event);
      history.states.push(decision.state);
    }
  });
  return history;
};

/** A creation that no rule refuses: without one, commands drawn at random rarely make a history. */
const acceptedCreation: Command = (state, context) =>
  createProduct(
    state,
    {
      productId: 'p-1',
      title: 'Lamp',
      description: '',
      categoryId: 'lamps',
      priceMinor: 4990,
      currency: 'EUR',
      stock: 10,
      tags: [],
    },
    context,
  );

const histories = fc
  .tuple(fc.array(command, { maxLength: 5 }), fc.array(command, { maxLength: 40 }))
  .map(([before, after]) => run([...before, acceptedCreation, ...after]));

describe('whatever commands come, in whatever order', () => {
  it('the versions of the events are 1, 2, 3 and so on without a gap', () => {
    fc.assert(
      fc.property(histories, ({ events }) => {
        expect(events.map(({ aggregateversion }) => aggregateversion)).toEqual(
          events.map((_, index) => index + 1),
        );
      }),
    );
  });

  it('the stock level is never below 0', () => {
    fc.assert(
      fc.property(histories, ({ states }) => {
        for (const { stock } of states) expect(stock).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('the fold of the events is the state, also after a way through the codec', () => {
    fc.assert(
      fc.property(histories, ({ events, states }) => {
        const read = events.map((event) => {
          const result = productEvents.read(productEvents.encode(event));
          if (!result.ok) throw new Error(result.message);
          return result.event;
        });
        let state: ProductState | undefined;
        read.forEach((event, index) => {
          state = evolveProduct(state, event);
          expect(state).toEqual(states[index]);
        });
      }),
    );
  });

  it('nothing comes before the creation and nothing after the deletion', () => {
    let deletions = 0;
    fc.assert(
      fc.property(histories, ({ events }) => {
        const types = events.map(({ type }) => type);
        expect(types.lastIndexOf('product.created.v1')).toBeLessThanOrEqual(0);
        const deletion = types.indexOf('product.deleted.v1');
        expect(deletion === -1 || deletion === types.length - 1).toBe(true);
        if (deletion !== -1) deletions++;
      }),
    );
    expect(deletions).toBeGreaterThan(0);
  });

  it('no event says what was so before', () => {
    fc.assert(
      fc.property(histories, ({ states }) => {
        states.slice(1).forEach((state, index) => {
          const before = { ...states[index], version: 0, updatedAt: '' };
          expect({ ...state, version: 0, updatedAt: '' }).not.toEqual(before);
        });
      }),
    );
  });
});
