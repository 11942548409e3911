import type { DomainEvent } from '@reprise/events';

/** Thrown when an event cannot follow the events before it: the history itself is damaged, so retrying cannot help. */
export class HistoryError extends Error {
  readonly code = 'HISTORY_BROKEN';
  readonly retryable = false;
  override readonly name = 'HistoryError';
}

/** How far a history has come. */
export interface Past {
  readonly id: string;
  readonly version: number;
  readonly ended: boolean;
}

/**
 * Checks that an event is the next one of its aggregate.
 *
 * @param past undefined before the first event
 * @throws HistoryError when it is not, or follows the end
 */
export function assertFollows(past: Past | undefined, event: DomainEvent): void {
  const { type, aggregatetype, subject, aggregateversion } = event;
  const expected = (past?.version ?? 0) + 1;
  if (aggregateversion !== expected || (past !== undefined && past.id !== subject)) {
    const next = `version ${expected}${past === undefined ? '' : ` of ${aggregatetype} ${past.id}`}`;
    throw new HistoryError(
      `${type} is version ${aggregateversion} of ${aggregatetype} ${subject}, expected ${next}`,
    );
  }
  if (past?.ended) throw new HistoryError(`${type} follows the end of ${aggregatetype} ${subject}`);
}

/** The state before an event that is not the first. */
export function begun<State>(state: State | undefined, { type, subject }: DomainEvent): State {
  if (state === undefined) throw new HistoryError(`${subject} begins with ${type}`);
  return state;
}
