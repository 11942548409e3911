import { hash } from 'node:crypto';
import { canonicalJson, type StorageDefinition } from '@reprise/read-model-documents';

/**
 * Fingerprint of what a generation's content depends on beside the events themselves. Two generations with the same one hold
 * the same documents at the same positions; a feed writes only to generations of its own.
 *
 * @returns SHA-256 in hex over the canonical JSON of mapping, projection version and topic id
 */
export function fingerprintOf(input: {
  readonly storage: StorageDefinition;
  readonly projectionVersion: number;
  readonly topicId: string;
}): string {
  const { storage, projectionVersion, topicId } = input;
  return hash('sha256', canonicalJson({ projectionVersion, storage, topicId }), 'hex');
}
