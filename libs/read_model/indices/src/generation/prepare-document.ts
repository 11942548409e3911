import { canonicalJson, documentDigest, type ReadModelDocument } from '@reprise/read-model-documents';
import type { DocumentToWrite } from './generation.ts';

/** Turns a projection's document into what a store writes: its canonical JSON, made once, and the digest over it. */
export function prepareDocument(document: ReadModelDocument): DocumentToWrite {
  const canonical = canonicalJson(document);
  const { productId: id, version } = document;
  return { id, version, canonical, digest: documentDigest(id, canonical) };
}
