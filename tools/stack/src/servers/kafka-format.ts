import { randomBytes } from 'node:crypto';

/** What a new cluster is called, as Kafka writes ids: 16 random bytes. */
const newClusterId = (): string => randomBytes(16).toString('base64url');

/**
 * The words by which Java formats Kafka's data folder.
 * @param properties path of the server's properties
 * @param clusterId one id in 64 begins with "-", so it stands behind "=": as a word it would be taken for an option
 */
export function formatCommand(properties: string, clusterId = newClusterId()): readonly string[] {
  return ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, `--config=${properties}`];
}
