import type { DomainEvent, LifeSoFar } from '@reprise/events';
import type { VersionedDocument } from '@reprise/read-model-documents';
import type { Outcome, Projection } from './projection.ts';

export type Applied<Data extends object = object> =
  | { readonly outcome: 'applied'; readonly document: VersionedDocument<Data> }
  /** The document holds this event, or a later one, already. */
  | { readonly outcome: 'duplicate' }
  /** An earlier event of this aggregate is missing: `expected` is the version that has to come first. */
  | { readonly outcome: 'gap'; readonly expected: number };

/**
 * Applies an event under the one rule of every feed: only if its version follows the document's. Where versions are positions, any
 * later one follows. Changes nothing it is given.
 *
 * @param before what is kept of the event's aggregate; undefined where there is nothing yet
 * @throws RangeError for an event that no aggregate's life has at that place, such as one after its end: a poison event; and
 *   whatever the projection throws
 */
export function applyEvent<Data extends object>(
  projection: Projection<Data>,
  before: VersionedDocument<Data> | undefined,
  event: DomainEvent,
): Applied<Data> {
  const { events } = projection;
  const expected = (before?.version ?? 0) + 1;
  if (event.aggregateversion < expected) return { outcome: 'duplicate' };
  if (event.aggregateversion > expected && events.versions === 'sequence')
    return { outcome: 'gap', expected };
  events.assertNext(lifeOf(before), event);
  const outcome = projection.evolve(before?.data, event);
  return { outcome: 'applied', document: after(before, event, outcome, events.ends(event.type)) };
}

function after<Data extends object>(
  before: VersionedDocument<Data> | undefined,
  { subject: id, aggregateversion: version }: DomainEvent,
  result: Outcome<Data>,
  isEnd: boolean,
): VersionedDocument<Data> {
  if (result.outcome === 'put')
    return { id, version, tombstone: isEnd ? 'ended' : undefined, data: result.data };
  const data = result.outcome === 'ignore' ? before?.data : undefined;
  if (isEnd) return { id, version, tombstone: 'ended', data };
  return { id, version, tombstone: data === undefined ? 'removed' : undefined, data };
}

function lifeOf(document: VersionedDocument | undefined): LifeSoFar {
  if (document === undefined) return 'unborn';
  return document.tombstone === 'ended' ? 'ended' : 'alive';
}
