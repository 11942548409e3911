import type { VersionedDocument } from '@reprise/read-model-documents';

/** A document that says itself whose it is, which version it has and whether it was deleted. */
export interface SelfDescribing {
  readonly productId: string;
  readonly version: number;
  readonly status: 'draft' | 'published' | 'deleted';
}

/** Such a document as the engine keeps it. */
export function versioned<Data extends SelfDescribing>(data: Data): VersionedDocument<Data> {
  const { productId: id, version, status } = data;
  return { id, version, tombstone: status === 'deleted' ? 'ended' : undefined, data };
}
