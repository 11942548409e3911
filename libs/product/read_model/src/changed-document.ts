import type { ProductEvent } from '@reprise/product-events';
import type { ReadModelDocument } from '@reprise/read-model-documents';

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
