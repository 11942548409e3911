import { randomUUID } from 'node:crypto';
import type { DocumentToWrite } from '../generation/generation.ts';
import { prepareDocument } from '../generation/prepare-document.ts';
import { versioned, type SelfDescribing } from './versioned.ts';

/** A document of the specs of stores: `title` is text, `stock` an integer. */
export interface ContractDocument extends SelfDescribing {
  readonly title: string;
  readonly stock: number;
}

export function contractDocument(version: number, changes: Partial<ContractDocument> = {}): DocumentToWrite {
  const document: ContractDocument = {
    productId: randomUUID(),
    version,
    status: 'draft',
    title: 'Enamel mug',
    stock: 3,
    ...changes,
  };
  return prepareDocument(versioned(document));
}
