import { changesOf, unchanged, type CommandContext, type Decision } from '@reprise/aggregate';
import { canaryAggregateType, canaryEventType, type DomainEvent } from '@reprise/events';
import { type Aggregate, type Decide } from '../aggregates/aggregate.ts';
import { type AggregateState } from '../aggregates/aggregate-table.ts';

/** A canary as the write database keeps it. */
export interface CanaryState extends AggregateState {
  readonly canaryId: string;
  /** The turn in which it was last written. */
  readonly turn: number;
}

/** The event of a canary. */
export type CanaryEvent = DomainEvent<
  typeof canaryEventType,
  Record<string, never>,
  typeof canaryAggregateType
>;

export const canaryTable = 'reprise_canaries';

/** Canaries go through the same store as the aggregates of users, in the same transaction. */
export const canaryAggregate: Aggregate<CanaryState, CanaryEvent, never> = {
  type: canaryAggregateType,
  table: {
    name: canaryTable,
    id: 'canaryId',
    columns: { canaryId: ['id', 'uuid'], turn: ['turn', 'bigint'] },
  },
  existing: (state) => ({ ok: true, state: state! }),
  evolve: (state) => state!,
  encode: (event) => JSON.stringify(event),
};

/**
 * What the turn makes of a canary: the next event of it, or nothing where another process has had the turn. Pure.
 *
 * @param source of the event
 */
export function takeTurn(
  id: string,
  turn: number,
  source: string,
  context: CommandContext,
): Decide<CanaryState, CanaryEvent, never> {
  const change = changesOf<CanaryState, CanaryEvent>({
    ...{ aggregateType: canaryAggregateType, source },
    findViolation: () => undefined,
    evolve: (state, { time, aggregateversion: version }) => ({
      ...{ canaryId: id, turn, version },
      ...{ createdAt: state?.createdAt ?? time, updatedAt: time },
    }),
  });
  return (state) =>
    state !== undefined && state.turn >= turn
      ? unchanged(state)
      : (change(state, id, canaryEventType, {}, context) as Decision<CanaryState, CanaryEvent, never>);
}
