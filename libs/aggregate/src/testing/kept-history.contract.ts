import type { DomainEvent, EventContract } from '@reprise/events';
import fc from 'fast-check';
import type { History } from './commands.ts';

/**
 * What holds of the histories of every aggregate, whatever is asked of it.
 *
 * @param contract the events of its context
 * @param histories what comes of commands as they come from outside, some of which end a life
 * @param evolve the state after one more event
 */
export function itKeepsItsHistory<
  State extends { readonly version: number },
  Event extends DomainEvent,
  All extends DomainEvent,
>(
  contract: Pick<EventContract<All>, 'read' | 'encode' | 'ends' | 'assertNext'>,
  histories: fc.Arbitrary<History<State, Event>>,
  evolve: (state: State | undefined, event: Event) => State,
): void {
  it('counts its events without a gap, and each says something new', () => {
    fc.assert(
      fc.property(histories, ({ events, states }) => {
        expect(events.map(({ aggregateversion }) => aggregateversion)).toEqual(events.map((_, at) => at + 1));
        states.slice(1).forEach((state, index) => {
          const before = { ...states[index], version: 0, updatedAt: '' };
          expect({ ...state, version: 0, updatedAt: '' }).not.toEqual(before);
        });
      }),
    );
  });

  it('is the fold of its events, also after a way through the codec', () => {
    fc.assert(
      fc.property(histories, ({ events, states }) => {
        let state: State | undefined;
        events.forEach((event, index) => {
          const read = contract.read(contract.encode(event as unknown as All));
          if (!read.ok) throw new Error(read.message);
          state = evolve(state, read.event as unknown as Event);
          expect(state).toEqual(states[index]);
        });
      }),
    );
  });

  it('keeps to the life that the contract knows', () => {
    let ended = 0;
    fc.assert(
      fc.property(histories, ({ events }) => {
        events.forEach((event, index) => {
          const isOver = index > 0 && contract.ends(events[index - 1]!.type);
          const life = index === 0 ? 'unborn' : isOver ? 'ended' : 'alive';
          expect(() => contract.assertNext(life, event)).not.toThrow();
          if (contract.ends(event.type)) ended += 1;
        });
      }),
    );
    expect(ended).toBeGreaterThan(0);
  });
}
