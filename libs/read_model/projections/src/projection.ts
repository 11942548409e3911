import type { DomainEvent, EventContract, LifeSoFar } from '@reprise/events';
import type { ReadModelDocument, StorageDefinition } from '@reprise/read-model-documents';

/**
 * A pure function from an aggregate's events to its document, with what its storage looks like. It gets no clock, no random
 * numbers and no way out: the same events give the same document, live, in a rebuild and in a repair.
 */
export interface Projection<
  D extends ReadModelDocument = ReadModelDocument,
  Event extends DomainEvent = DomainEvent,
> {
  /** Snake case; also the name of its read alias or view unless configured otherwise. */
  readonly name: string;
  /** Bumped whenever `evolve` gives another document for the same events; part of the fingerprint. */
  readonly version: number;
  readonly storage: StorageDefinition;
  /** The contract of the log it is made from. */
  readonly events: EventContract<Event>;
  /** The document after `event`; `document` is undefined for the first event of an aggregate. Called in version order only. */
  evolve(document: D | undefined, event: Event): D;
}

export type Applied<D extends ReadModelDocument> =
  | { readonly outcome: 'applied'; readonly document: D }
  /** The document holds this event, or a later one, already. */
  | { readonly outcome: 'duplicate' }
  /** An earlier event of this aggregate is missing: `expected` is the version that has to come first. */
  | { readonly outcome: 'gap'; readonly expected: number };

/**
 * Applies an event under the one rule of every feed: only if its version follows the document's. Changes nothing it is given.
 *
 * @throws RangeError for an event that no aggregate's life has at that place, such as one after its end: a poison event
 */
export function applyEvent<D extends ReadModelDocument, Event extends DomainEvent>(
  projection: Projection<D, Event>,
  document: D | undefined,
  event: Event,
): Applied<D> {
  const expected = (document?.version ?? 0) + 1;
  if (event.aggregateversion < expected) return { outcome: 'duplicate' };
  if (event.aggregateversion > expected) return { outcome: 'gap', expected };
  projection.events.assertNext(lifeOf(document), event);
  return { outcome: 'applied', document: projection.evolve(document, event) };
}

function lifeOf(document: ReadModelDocument | undefined): LifeSoFar {
  if (document === undefined) return 'unborn';
  return document.status === 'deleted' ? 'ended' : 'alive';
}
