import {
  canonicalJson,
  contentText,
  documentDigest,
  type VersionedDocument,
} from '@reprise/read-model-documents';
import type { DocumentToWrite, StoredDocument } from './generation.ts';

/** Turns what was folded into what a store writes: its canonical JSON, made once, and the digest over it. */
export function prepareDocument({ id, version, tombstone, data }: VersionedDocument): DocumentToWrite {
  const canonical = data === undefined ? '' : canonicalJson(data);
  return {
    id,
    version,
    tombstone,
    canonical,
    digest: documentDigest(id, contentText(version, tombstone, canonical)),
  };
}

/** What a store gave back, as a projection takes it: what it made before may be handed back to it. */
export function asVersioned({
  id,
  version,
  tombstone,
  document,
}: Omit<StoredDocument, 'digest'>): VersionedDocument {
  return { id, version, tombstone, data: document };
}
