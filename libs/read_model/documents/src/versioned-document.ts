/**
 * What has become of an aggregate that has no document now. `removed`: its projection took the document away, and a later event may
 * bring one back. `ended`: its life is over.
 */
export type Tombstone = 'removed' | 'ended';

/**
 * What the engine keeps of one aggregate: the document a projection made of it, and beside it the engine's own fields. A tombstone
 * stays where the document was, with its version, so that a late event cannot bring the document back.
 */
export interface VersionedDocument<Data extends object = object> {
  /** Aggregate id. */
  readonly id: string;
  /** Version of the last event in it; the external version of every write. */
  readonly version: number;
  readonly tombstone?: Tombstone | undefined;
  /** The projection's document. A tombstone has one only if its projection left one there. */
  readonly data?: Data | undefined;
}
