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
import { buildRecordOf } from './proven-generation.ts';
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
 * The way back stays within one log and one alias or view, whatever else the registry holds.
 *
 * @throws RebuildError REFUSED when there is nothing to go back to, or readers are on a generation the registry does not know
 */
export async function rollBack(input: RollbackInput): Promise<CutoverRecord> {
  const { projection, registry, store, fence, onNotice } = input;
  const readers = await store.observeReaders();
  const live = readers.kind === 'generation' ? readers.name : undefined;
  const current = live === undefined ? undefined : await registry.findGeneration(live);
  // A cutover that was killed before the registry heard of it: what readers used before it is still LIVE there.
  if (current && current.state !== 'LIVE') await registry.recordCutover(projection.name, current.uuid, fence);
  if (live !== undefined && !current) throw readersOfAnother(store.readers, live);
  const target = await wayBack(input, current);
  const own = fingerprintOf({
    storage: projection.storage,
    projectionVersion: projection.version,
    topicId: target.topicId,
  });
  const feedable = target.fingerprint === own;
  if (!feedable && current) await tellLag(input, target, current, onNotice);
  return promote({ ...input, generation: target, catchUp: feedable ? evenWithoutLog(input) : undefined });
}

/** The generation readers used last before this one, among those of the same log that were never given to other readers. */
async function wayBack(
  { projection, registry, store }: RollbackInput,
  current: Generation | undefined,
): Promise<Generation> {
  const listed = await registry.listGenerations({
    projection: projection.name,
    states: ['STANDBY', 'LIVE'],
  });
  const before = listed
    .filter(({ state, uuid }) => state === 'STANDBY' && uuid !== current?.uuid)
    .sort(byLatestChange);
  // Readers that are nowhere were last where the registry says.
  const log = (current ?? listed.find(({ state }) => state === 'LIVE') ?? before[0])?.topicId;
  let crossing: string | undefined;
  for (const generation of before) {
    const { name, topic, topicId } = generation;
    if (topicId === log) {
      const { servedThrough } = await buildRecordOf(registry, generation);
      if (servedThrough === undefined || servedThrough === store.readers) return generation;
      crossing ??= `${name} served readers of "${servedThrough}"`;
    } else crossing ??= `${name} was built from another event log (topic ${topic}, topic id ${topicId})`;
  }
  throw nothingToReturnTo(projection.name, crossing);
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

function readersOfAnother(readers: string, name: string): RebuildError {
  return new RebuildError(
    'REFUSED',
    `Readers of "${readers}" are on ${name}, which this registry does not know: another read-model database made it. Readers were not ` +
      'moved. Roll back with the READ_MODEL_DATABASE_URL that made it, or rebuild.',
  );
}

/** @param crossing what stands by and is no way back for these readers, if anything does */
function nothingToReturnTo(projection: string, crossing: string | undefined): RebuildError {
  const why =
    crossing === undefined ? '' : ` (${crossing}; a way back never leads to another log or other readers)`;
  return new RebuildError(
    'REFUSED',
    `There is no generation of ${projection} on standby to go back to${why}. Readers were not moved. ` +
      'See `rebuild-job status` for the generations there are; a rebuild makes a new one.',
  );
}
