import {
  DependencyError,
  fingerprintOf,
  type Fence,
  type Generation,
  type GenerationStore,
  type Registry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { RebuildError } from '../errors.ts';
import { isBehind, promote, type CatchUp } from './promote.ts';
import type { CutoverRecord } from './receipt.ts';

export interface RollbackInput {
  readonly projection: Projection;
  readonly store: GenerationStore;
  readonly registry: Registry;
  readonly fence: Fence;
  readonly catchUp: CatchUp;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly onNotice: (line: string) => void;
}

/**
 * Moves readers back to the generation they used before, which has been fed ever since, in one atomic call. What it may still
 * lack is fed to it first. A generation of another projection version, or as of a moment, cannot be fed by this code:
 * readers get it as it is, and the notice says how far behind that is.
 *
 * @throws RebuildError REFUSED when there is nothing to go back to
 */
export async function rollBack(input: RollbackInput): Promise<CutoverRecord> {
  const { projection, registry, store, fence, onNotice } = input;
  const readers = await store.observeReaders();
  const live = readers.kind === 'generation' ? readers.name : undefined;
  const current = live === undefined ? undefined : await registry.findGeneration(live);
  // A cutover that was killed before the registry heard of it: what readers used before it is still LIVE there.
  if (current && current.state !== 'LIVE') await registry.recordCutover(projection.name, current.uuid, fence);
  const standby = await registry.listGenerations({ projection: projection.name, states: ['STANDBY'] });
  const target = standby.filter(({ name }) => name !== live).sort(byLatestChange)[0];
  if (!target) throw nothingToReturnTo(projection.name);
  const own = fingerprintOf({
    storage: projection.storage,
    projectionVersion: projection.version,
    topicId: target.topicId,
  });
  const feedable = target.fingerprint === own;
  if (current && current.topicId !== target.topicId) {
    onNotice(
      `${target.name} holds an earlier topic of that name, deleted since: it lacks whatever was written after that`,
    );
  } else if (!feedable && current) await tellLag(input, target, current, onNotice);
  return promote({ ...input, generation: target, catchUp: feedable ? evenWithoutLog(input) : undefined });
}

/**
 * The way back stays open while the log is away: the generation on standby is fed first, so it has what readers have seen
 * unless it was let go of meanwhile.
 */
function evenWithoutLog({ catchUp, onNotice }: RollbackInput): CatchUp {
  return async (generation, target, signal) => {
    try {
      await catchUp(generation, target, signal);
    } catch (error) {
      if (target !== 'end' || !(error instanceof DependencyError && error.dependency === 'kafka'))
        throw error;
      onNotice(
        `${generation.name} is as far as the registry tells; the log could not be asked: ${error.message}`,
      );
    }
  };
}

async function tellLag(
  { registry }: RollbackInput,
  target: Generation,
  current: Generation,
  onNotice: (line: string) => void,
): Promise<void> {
  const positions = await registry.positions(target.uuid);
  const ahead = await registry.positions(current.uuid);
  if (!isBehind(positions, ahead)) return;
  let events = 0n;
  for (const [partition, position] of ahead) {
    const own = positions.get(partition) ?? 0n;
    if (position > own) events += position - own;
  }
  onNotice(
    `${target.name} is of another projection version, or as of a moment, and ${events} events behind: this version feeds it nothing`,
  );
}

function byLatestChange(a: Generation, b: Generation): number {
  return b.stateChangedAt.getTime() - a.stateChangedAt.getTime();
}

function nothingToReturnTo(projection: string): RebuildError {
  return new RebuildError(
    'REFUSED',
    `There is no generation of ${projection} on standby to go back to. Readers were not moved. ` +
      'See `rebuild-job status` for the generations there are; a rebuild makes a new one.',
  );
}
