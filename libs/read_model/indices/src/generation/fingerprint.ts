import { hash } from 'node:crypto';
import type { VersionSource } from '@reprise/events';
import { canonicalJson, type StorageDefinition } from '@reprise/read-model-documents';

/** How stores keep what they add to a document; raised when it changes, because generations of another form cannot be fed. */
const format = 2;

/** What of a projection its generations' content depends on. */
export interface Fingerprinted {
  readonly storage: StorageDefinition;
  readonly version: number;
  readonly events: { readonly versions: VersionSource };
}

/**
 * Fingerprint of what a generation's content depends on apart from the events. Two generations with the same fingerprint hold
 * the same documents at the same positions; a feed writes only to generations with its own.
 *
 * @param topicId Kafka's id of the topic
 * @param untilTime moment that the content ends at, for a generation as of then: it has its own fingerprint, so that no feed
 *   takes it on, whatever its state
 * @returns SHA-256 in hex over the canonical JSON of the stored form, mapping, projection version and topic id (and the moment, and
 *   the version source where versions are positions: counted versions cannot be continued with positions)
 */
export function fingerprintOf(
  { storage, version: projectionVersion, events }: Fingerprinted,
  topicId: string,
  untilTime?: Date,
): string {
  const until = untilTime && { untilTime: untilTime.toISOString() };
  const versions = events.versions === 'position' ? { versions: events.versions } : {};
  return hash(
    'sha256',
    canonicalJson({ format, projectionVersion, storage: plain(storage), topicId, ...until, ...versions }),
    'hex',
  );
}

/** What of a storage is data: how a store of somebody else's is opened says nothing about what it holds. */
function plain(storage: StorageDefinition): object {
  if (!('open' in storage)) return storage;
  const { kind, schemaVersion, definition } = storage;
  return { kind, schemaVersion, definition };
}
