import { fingerprintOf, type Generation } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { RebuildError } from '../errors.ts';
import { catchUpFromLog } from './catch-up.ts';
import { promote } from './promote.ts';
import type { RebuildServers } from './rebuild-options.ts';
import type { CutoverRecord } from './receipt.ts';
import { underLease } from './under-lease.ts';

/**
 * Moves readers to a generation chosen by name that has passed the gate.
 * @throws RebuildError REFUSED when it has not, or when this code is not the one that feeds it; BUSY
 */
export async function promoteByName(
  generation: Generation,
  projection: Projection,
  servers: RebuildServers,
  signal: AbortSignal,
): Promise<CutoverRecord> {
  const { registry, store, kafka, topic, history } = servers;
  const { name, state, topicId } = generation;
  if (state !== 'VERIFIED' && state !== 'STANDBY' && state !== 'LIVE') {
    throw new RebuildError(
      'REFUSED',
      `Generation ${name} is ${state}; only one that passed the gate (VERIFIED) or served before (STANDBY) can be promoted. ` +
        'Readers were not moved. Rebuild to get one.',
    );
  }
  const own = fingerprintOf({ storage: projection.storage, projectionVersion: projection.version, topicId });
  if (own !== generation.fingerprint) {
    throw new RebuildError(
      'REFUSED',
      `Generation ${name} was built by another version of ${projection.name}. Readers were not moved. ` +
        'Run this command with the version that built it, or `rebuild-job rollback` to go back to what served before.',
    );
  }
  const catchUp = catchUpFromLog({ connection: kafka, topic, registry, store, projection, history });
  return underLease(registry, projection.name, (fence) =>
    promote({ generation, store, registry, fence, catchUp, signal, now: () => new Date() }),
  );
}
