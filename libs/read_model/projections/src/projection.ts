import type { ProductEvent } from '@reprise/events';
import type { ReadModelDocument, StorageDefinition } from '@reprise/read-model-documents';

/**
 * A pure function from a product's events to its document, with what its storage looks like. It gets no clock, no random
 * numbers and no way out: the same events give the same document, live, in a rebuild and in a repair.
 */
export interface Projection<D extends ReadModelDocument = ReadModelDocument> {
  /** Snake case; also the name of its read alias or view unless configured otherwise. */
  readonly name: string;
  /** Bumped whenever `evolve` gives another document for the same events; part of the fingerprint. */
  readonly version: number;
  readonly storage: StorageDefinition;
  /** The document after `event`; `document` is undefined for the first event of a product. Called in version order only. */
  evolve(document: D | undefined, event: ProductEvent): D;
}

export type Applied<D extends ReadModelDocument> =
  | { readonly outcome: 'applied'; readonly document: D }
  /** The document holds this event, or a later one, already. */
  | { readonly outcome: 'duplicate' }
  /** An earlier event of this product is missing: `expected` is the version that has to come first. */
  | { readonly outcome: 'gap'; readonly expected: number };

/**
 * Applies an event under the one rule of every feed: only if its version follows the document's. Changes nothing it is given.
 *
 * @throws RangeError for an event that no product's life has at that place, such as one after its deletion: a poison event
 */
export function applyEvent<D extends ReadModelDocument>(
  projection: Projection<D>,
  document: D | undefined,
  event: ProductEvent,
): Applied<D> {
  const expected = (document?.version ?? 0) + 1;
  if (event.aggregateversion < expected) return { outcome: 'duplicate' };
  if (event.aggregateversion > expected) return { outcome: 'gap', expected };
  assertPartOfALife(document, event);
  return { outcome: 'applied', document: projection.evolve(document, event) };
}

/** A life begins with its creation, has one, and ends with its deletion: whatever else the log says must not reach a document. */
function assertPartOfALife(
  document: ReadModelDocument | undefined,
  { type, subject, aggregateversion }: ProductEvent,
): void {
  // Worded only where it is said: this runs for every event.
  const which = () => `${type} is event ${aggregateversion} of product ${subject}`;
  if (document === undefined) {
    if (type !== 'product.created.v1')
      throw new RangeError(`${which()}; only product.created.v1 can be the first`);
    return;
  }
  if (type === 'product.created.v1') throw new RangeError(`${which()}, which exists already`);
  if (document.status === 'deleted')
    throw new RangeError(`${which()}, which was deleted and accepts no more events`);
}

/**
 * The document that an event changes: every event but the creation needs one.
 *
 * @throws RangeError when there is none, which `applyEvent` refuses before `evolve` is called
 */
export function changedDocument<D extends ReadModelDocument>(
  document: D | undefined,
  { type, subject }: ProductEvent,
): D {
  if (document === undefined) {
    throw new RangeError(
      `${type} is the first event of product ${subject}; only product.created.v1 can be the first`,
    );
  }
  return document;
}
