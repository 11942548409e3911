import { hash } from 'node:crypto';
import { canonicalJson, type StorageDefinition } from '@reprise/read-model-documents';

/** How stores keep what they add to a document; raised when it changes, because generations of another form cannot be fed. */
const format = 2;

/**
 * Fingerprint of what a generation's content depends on apart from the events. Two generations with the same fingerprint hold
 * the same documents at the same positions; a feed writes only to generations with its own.
 *
 * @param untilTime moment that the content ends at, for a generation as of then: it has its own fingerprint, so that no feed
 *   takes it on, whatever its state
 * @returns SHA-256 in hex over the canonical JSON of the stored form, mapping, projection version and topic id (and the moment)
 */
export function fingerprintOf(input: {
  readonly storage: StorageDefinition;
  readonly projectionVersion: number;
  readonly topicId: string;
  readonly untilTime?: Date | undefined;
}): string {
  const { storage, projectionVersion, topicId, untilTime } = input;
  const until = untilTime && { untilTime: untilTime.toISOString() };
  return hash('sha256', canonicalJson({ format, projectionVersion, storage, topicId, ...until }), 'hex');
}
