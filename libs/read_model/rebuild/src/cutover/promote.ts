import { setTimeout as delay } from 'node:timers/promises';
import {
  DependencyError,
  enterGone,
  type Fence,
  type Generation,
  type GenerationStore,
  type Positions,
  type Registry,
} from '@reprise/read-model-indices';
import { feederMaxAgeMs } from '@reprise/read-model-status';
import { commandLine } from '@reprise/runtime/commands';
import { RebuildError } from '../errors.ts';
import { assertFed, type FeederDemand } from './fed-by-consumer.ts';
import type { CutoverRecord } from '../run/receipt.ts';

/**
 * Brings a generation from its positions to at least `target`, where partitions that are absent stay, or to the end the log has
 * when it is called.
 */
export type CatchUp = (
  generation: Generation,
  target: Positions | 'end',
  signal: AbortSignal,
) => Promise<void>;

export interface PromotionInput {
  readonly generation: Generation;
  readonly store: GenerationStore;
  readonly registry: Registry;
  readonly fence: Fence;
  /** Undefined for a generation that this code cannot feed (another projection version): it is taken as it stands. */
  readonly catchUp: CatchUp | undefined;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Called as soon as readers were moved, so that no later failure can hide it. */
  readonly onSwitched?: (cutover: CutoverRecord) => void;
  /** What to do when no running consumer feeds the generation; left out, nothing is looked at. */
  readonly feeder?: FeederDemand;
  /** Milliseconds to wait for live consumers to take the generation on. */
  readonly attachTimeoutMs?: number;
}

const leaseForCutoverMs = 30_000;

/**
 * Moves readers to a generation: catches it up with the live one, waits until every consumer that feeds the live one feeds
 * it too (from then on each event reaches it first), and switches in one atomic call against the observed state. Used the
 * same way for a new generation and for the way back.
 *
 * @throws RebuildError REFUSED when a consumer does not take the generation on, or none feeds it and one is required; CutoverConflict when readers moved meanwhile;
 *   LeaseLost when the run was replaced. Readers stay where they were in each case.
 */
export async function promote(input: PromotionInput): Promise<CutoverRecord> {
  const { generation, store, registry, fence, signal, now } = input;
  const readers = await store.observeReaders();
  if (readers.kind === 'ambiguous') throw ambiguousReaders(store.readers, readers.names);
  const from = readers.kind === 'generation' ? readers.name : undefined;
  const live = from === undefined ? undefined : await registry.findGeneration(from);
  // A cutover that was killed after it had moved readers was not recorded: that comes before anything else.
  const heard = await registry.listGenerations({ projection: generation.projection, states: ['LIVE'] });
  if (live && live.state !== 'LIVE') await registry.recordCutover(live.projection, live.uuid, fence);
  const { feeder } = input;
  if (from === generation.name) {
    if (feeder) await assertFed(generation, registry, feeder, signal);
    const before = heard.find(({ name }) => name !== generation.name);
    return { alias: store.readers, from: before?.name ?? from, to: generation.name, at: now().toISOString() };
  }
  for (const one of heard) if (one.name !== from) await enterGone({ registry, store }, one, fence);
  if (live && input.catchUp) await meet(input, live, input.catchUp);
  if (feeder) await assertFed(generation, registry, feeder, signal);
  await store.refresh(generation.name);
  signal.throwIfAborted();
  await registry.renewLease(fence, leaseForCutoverMs);
  await store.switchReaders(from, generation.name);
  const cutover = { alias: store.readers, from: from ?? null, to: generation.name, at: now().toISOString() };
  input.onSwitched?.(cutover);
  await recordSwitch(input);
  return cutover;
}

/** The switch has been made whatever happens here, and a message about the registry alone would hide that. */
async function recordSwitch({ generation, registry, store, fence }: PromotionInput): Promise<void> {
  try {
    await registry.recordCutover(generation.projection, generation.uuid, fence);
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error;
    throw new DependencyError(
      error.dependency,
      `Readers of "${store.readers}" WERE switched to ${generation.name}, but the registry could not record it: ${error.message} ` +
        'The same command records it when it is run again.',
      { cause: error },
    );
  }
}

/**
 * Returns when the generation is at least as far as `live` and fed by everyone who feeds `live`. Documents of `live` may be ahead
 * of its positions: their writer died before it saved how far it was. They came from the log, so the generation is
 * brought to the end the log has once nobody feeds `live` alone. The time for it begins when the generation has once been where
 * `live` was. Where `live` is fed by another projection version only, nothing feeds both
 * and `live` may stay ahead by what arrives during a round: after that time such a round is near enough.
 */
async function meet(input: PromotionInput, live: Generation, catchUp: CatchUp): Promise<void> {
  const { generation, registry, signal, attachTimeoutMs = 30_000 } = input;
  // Offsets of another incarnation of the topic cannot be compared; what counts then is the end captured by the build.
  if (live.topicId !== generation.topicId) return;
  let deadline: number | undefined;
  let hasAllThatWasRead = false;
  for (;;) {
    signal.throwIfAborted();
    const missing = await notYetFeeding(registry, live, generation);
    const target = await registry.positions(live.uuid);
    const behind = isBehind(await registry.positions(generation.uuid), target);
    if (missing.length > 0) hasAllThatWasRead = false;
    if (!behind && hasAllThatWasRead) return;
    const isOver = deadline !== undefined && performance.now() > deadline;
    if (isOver && missing.length > 0) throw notTakenOn(generation, missing, attachTimeoutMs);
    if (behind) await catchUp(generation, target, signal);
    else if (missing.length > 0) await delay(50, undefined, { signal });
    else {
      await catchUp(generation, 'end', signal);
      hasAllThatWasRead = true;
      continue;
    }
    if (isOver) return;
    deadline ??= performance.now() + attachTimeoutMs;
  }
}

/** Live feeders that feed `live` but not, for the same partitions, `generation`. */
async function notYetFeeding(
  registry: Registry,
  live: Generation,
  generation: Generation,
): Promise<string[]> {
  // A consumer of another fingerprint never takes this generation on; waiting for it would never end.
  if (live.fingerprint !== generation.fingerprint) return [];
  const missing: string[] = [];
  for (const { feederId, attachments } of await registry.liveFeeders(feederMaxAgeMs)) {
    const partitionsOf = (uuid: string) =>
      attachments.find((held) => held.generation === uuid)?.partitions ?? [];
    const own = new Set(partitionsOf(generation.uuid));
    if (partitionsOf(live.uuid).some((partition) => !own.has(partition))) missing.push(feederId);
  }
  return missing;
}

/** True when some partition of `positions` has not reached `target`. */
export function isBehind(positions: Positions, target: Positions): boolean {
  for (const [partition, position] of target) {
    if ((positions.get(partition) ?? 0n) < position) return true;
  }
  return false;
}

function notTakenOn(generation: Generation, feeders: readonly string[], waitedMs: number): RebuildError {
  return new RebuildError(
    'REFUSED',
    `Generation ${generation.name} is complete and verified, but after ${waitedMs} ms the live consumer ${feeders.join(', ')} ` +
      'still does not feed it, so switching could show old data. Readers were not moved. Check the consumer, then run: ' +
      commandLine.promote(generation.name),
  );
}

/** The refusal to guess which of several generations readers are on. */
export function ambiguousReaders(readers: string, names: readonly string[]): RebuildError {
  return new RebuildError(
    'REFUSED',
    `Readers of "${readers}" are not on exactly one generation (${names.join(', ')}), so none can be replaced safely. Nothing was ` +
      'switched. Remove the alias from all but the right one (or delete the index of that name) and run the same command again.',
  );
}
