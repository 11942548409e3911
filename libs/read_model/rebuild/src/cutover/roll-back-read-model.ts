import type { Projection } from '@reprise/read-model-projections';
import { underLease } from '../lease/under-lease.ts';
import type { RebuildServers } from '../rebuild-options.ts';
import type { CutoverRecord } from '../run/receipt.ts';
import { catchUpFromLog } from './catch-up.ts';
import { rollBack, type RollbackInput } from './roll-back.ts';

/**
 * Moves readers of one read model back under its lease, with what its generation still lacks caught up from the log.
 *
 * @throws RebuildError BUSY; whatever `rollBack` throws
 */
export function rollBackReadModel(
  projection: Projection,
  { registry, store, kafka, topic, history }: RebuildServers,
  wanted: Pick<RollbackInput, 'again' | 'to' | 'signal' | 'onNotice'>,
): Promise<CutoverRecord> {
  const servers = { connection: kafka, topic, registry, store, history };
  const { onNotice } = wanted;
  const catchUp = catchUpFromLog({ ...servers, projection, onNotice });
  const now = () => new Date();
  return underLease(registry, projection.name, (fence) =>
    rollBack({ projection, registry, store, fence, catchUp, now, ...wanted }),
  );
}
