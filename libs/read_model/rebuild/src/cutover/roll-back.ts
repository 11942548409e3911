import {
  BuiltFromAnotherLog,
  DependencyError,
  enterGone,
  fingerprintOf,
  type Fence,
  type Generation,
  type GenerationStore,
  type Registry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { commandLine } from '@reprise/runtime/commands';
import { RebuildError } from '../errors.ts';
import { isBehind, promote, type CatchUp } from './promote.ts';
import { buildRecordOf } from './proven-generation.ts';
import type { CutoverRecord } from '../run/receipt.ts';

export interface RollbackInput {
  readonly projection: Projection;
  readonly store: GenerationStore;
  readonly registry: Registry;
  readonly fence: Fence;
  readonly catchUp: CatchUp;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly onNotice: (line: string) => void;
  /** Go to the generation readers used last before this one, also where that is a later one they were taken back from. */
  readonly again?: boolean;
  /** Name of the generation on standby to go to, earlier or later. */
  readonly to?: string;
}

/**
 * Moves readers back to the generation they used before, which has been fed ever since, in one atomic call. What it may still
 * lack is fed to it first. A generation of another projection version, or as of a moment, cannot be fed by this code:
 * readers get it as it is, and the notice says how far behind that is.
 *
 * It goes to an earlier generation only: run again, it does not put readers back on the one they were taken off. `again` and `to`
 * do. The way back stays within one log and one alias or view, whatever else the registry holds.
 *
 * @throws BuiltFromAnotherLog; RebuildError REFUSED when there is nothing to go back to, readers were taken back already, or they are on a generation
 *   the registry does not know
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
  const feedable = target.fingerprint === fingerprintOf(projection, target.topicId);
  if (!feedable && current) await tellLag(input, target, current, onNotice);
  return promote({ ...input, generation: target, catchUp: feedable ? evenWithoutLog(input) : undefined });
}

/**
 * The generation readers used last before this one, among those of the same log that were never given to other readers and whose
 * index or table is there.
 */
async function wayBack(input: RollbackInput, current: Generation | undefined): Promise<Generation> {
  const { projection, registry, store, fence, onNotice, again = false, to } = input;
  const listed = await registry.listGenerations({
    projection: projection.name,
    states: ['STANDBY', 'LIVE'],
  });
  const before = listed
    .filter(({ state, uuid }) => state === 'STANDBY' && uuid !== current?.uuid)
    .sort(byLatestChange);
  // Readers that are nowhere were last where the registry says.
  const log = current ?? listed.find(({ state }) => state === 'LIVE') ?? before[0];
  const obstacles: string[] = [];
  let later: Generation | undefined;
  let other: BuiltFromAnotherLog | undefined;
  for (const generation of before) {
    const { name } = generation;
    if (to !== undefined && name !== to) continue;
    if ((await enterGone({ registry, store }, generation, fence)) !== 'there') {
      onNotice(`the index or table of ${name} is gone, so readers cannot go back to it`);
      obstacles.push(`the index or table of ${name} is gone`);
      continue;
    }
    if (log && hasOtherPositions(input, generation, log)) {
      other ??= new BuiltFromAnotherLog(generation, log);
      continue;
    }
    const crossing = await crossingOf(input, generation, log?.topicId);
    if (crossing !== undefined) obstacles.push(crossing);
    else if (again || to !== undefined || !isLater(generation, current)) return generation;
    else later ??= generation;
  }
  if (later && current) throw takenBackAlready(store.readers, current, later);
  throw other ?? nothingToReturnTo(projection.name, obstacles, to);
}

/** Where versions are positions, a generation of another topic or number of partitions cannot be fed beside the one readers use. */
function hasOtherPositions({ projection }: RollbackInput, one: Generation, other: Generation): boolean {
  if (projection.events.versions !== 'position') return false;
  return one.topicId !== other.topicId || one.partitions !== other.partitions;
}

/** Why a generation is no way back for these readers; undefined when it is one. */
async function crossingOf(
  { registry, store }: RollbackInput,
  generation: Generation,
  log: string | undefined,
): Promise<string | undefined> {
  const { name, topic, topicId } = generation;
  if (topicId !== log)
    return `${name} was built from another event log (topic ${topic}, topic id ${topicId}); a way back never leads to another log`;
  const { servedThrough } = await buildRecordOf(registry, generation);
  if (servedThrough === undefined || servedThrough === store.readers) return undefined;
  return `${name} served readers of "${servedThrough}"; a way back never leads to other readers`;
}

function isLater(generation: Generation, current: Generation | undefined): boolean {
  return current !== undefined && generation.createdAt > current.createdAt;
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
        `${generation.name} is as current as the registry knows; the log could not be asked: ${error.message}`,
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

/** The order of generations by their last change of state, the latest first. */
export function byLatestChange(a: Generation, b: Generation): number {
  return b.stateChangedAt.getTime() - a.stateChangedAt.getTime();
}

function readersOfAnother(readers: string, name: string): RebuildError {
  return new RebuildError(
    'REFUSED',
    `Readers of "${readers}" are on ${name}, which this registry does not know: another read-model database made it. Readers were not ` +
      'moved. Roll back with the READ_MODEL_DATABASE_URL that made it, or rebuild.',
  );
}

/** The refusal to put readers back on what they were taken off. */
function takenBackAlready(readers: string, current: Generation, later: Generation): RebuildError {
  return new RebuildError(
    'REFUSED',
    `Readers of "${readers}" were taken back already: they are on ${current.name}, which is earlier than ${later.name}. Nothing was ` +
      `changed. To go forward to the later one: ${commandLine.promote(later.name)}, or without its gate: ` +
      `${commandLine.rollbackAgain(current.projection)}`,
  );
}

/** @param obstacles what stands by and is no way back for these readers */
function nothingToReturnTo(
  projection: string,
  obstacles: readonly string[],
  to: string | undefined,
): RebuildError {
  const why = obstacles.length === 0 ? '' : ` (${obstacles.join('; ')})`;
  return new RebuildError(
    'REFUSED',
    `There is no generation of ${projection} on standby to go back to${to === undefined ? '' : ` of the name ${to}`}${why}. Readers were ` +
      `not moved. See which there are: ${commandLine.status(projection)}; make a new one: ${commandLine.rebuild(projection)}`,
  );
}
