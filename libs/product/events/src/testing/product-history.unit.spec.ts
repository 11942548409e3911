import { productEvents } from '../product-contract.ts';
import { productHistory, step } from './product-history.ts';

describe('a product history', () => {
  const everyStep = [
    step.created(),
    step.detailsChanged({ title: 'Steel mug' }),
    step.priceChanged(1_550),
    step.categoryChanged('outdoor'),
    step.stockAdjusted(-2, 'sold'),
    step.published(),
    step.unpublished(),
    step.deleted('recalled'),
  ];

  it('has a step for every event type', () => {
    expect(everyStep.map(({ type }) => type)).toEqual(productEvents.types);
  });

  it('consists of events the codec takes, with versions from 1 and rising times', () => {
    const id = '01993b1c-7b2e-7c5d-9a1f-0123456789ab';
    const events = productHistory({ id, events: everyStep });
    for (const [index, event] of events.entries()) {
      expect(productEvents.read(productEvents.encode(event))).toEqual({ ok: true, event });
      expect(event).toMatchObject({ subject: id, aggregateversion: index + 1 });
      expect(event.time).toBe(new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString());
    }
  });

  it('can begin at a later version', () => {
    const events = productHistory({ events: [step.published(), step.unpublished()], firstVersion: 7 });
    expect(events.map((event) => event.aggregateversion)).toEqual([7, 8]);
  });

  it('gives every history its own product by default', () => {
    const [one] = productHistory({ events: [step.created()] });
    const [other] = productHistory({ events: [step.created()] });
    expect(one?.subject).not.toBe(other?.subject);
  });
});
