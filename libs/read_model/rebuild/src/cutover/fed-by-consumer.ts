import { setTimeout as delay } from 'node:timers/promises';
import type { Generation, Registry } from '@reprise/read-model-indices';
import { feederMaxAgeMs, feedingOf } from '@reprise/read-model-status';
import { commandLine } from '@reprise/runtime/commands';
import { RebuildError } from '../errors.ts';

/** How a promotion treats a generation that no running consumer feeds. */
export interface FeederDemand {
  /** Refuse to move readers to it. */
  readonly required: boolean;
  /** Given the warning when it is not required. */
  readonly onUnfed: (warning: string) => void;
}

/** A running consumer takes a new generation on within a second; this is patience for a busy one. */
const attachPatienceMs = 5_000;

/**
 * Looks whether live consumers feed every partition of a generation that readers are about to be moved to. Where a consumer runs
 * that does not feed it, it is given some seconds to take it on.
 *
 * @throws RebuildError REFUSED when a feeder is required and there is none; nothing was changed then
 */
export async function assertFed(
  generation: Generation,
  registry: Registry,
  { required, onUnfed }: FeederDemand,
  signal: AbortSignal,
): Promise<void> {
  const partitions = [...(await registry.positions(generation.uuid)).keys()];
  const deadline = performance.now() + attachPatienceMs;
  for (;;) {
    const feeders = await registry.liveFeeders(feederMaxAgeMs);
    const { feeders: own, unfed } = feedingOf(generation.uuid, feeders, partitions);
    if (own.length > 0 && unfed.length === 0) return;
    if (feeders.length > 0 && performance.now() < deadline) {
      await delay(100, undefined, { signal });
      continue;
    }
    if (required) throw notFed(generation, own.length > 0 ? unfed : []);
    onUnfed(
      `${nobodyFeeds(generation, own.length > 0 ? unfed : [])}: readers see no later event until one does. ${whatToStart(generation)}.`,
    );
    return;
  }
}

function nobodyFeeds({ name }: Generation, unfed: readonly number[]): string {
  const what = unfed.length > 0 ? `partitions ${unfed.join(', ')} of ${name}` : name;
  return `no running consumer feeds ${what}`;
}

/** The consumer that can feed a generation, by what distinguishes its release from others. */
export function whatToStart({ projection, projectionVersion, fingerprint }: Generation): string {
  return `Start projection-consumer of the release with ${projection} version ${projectionVersion} (fingerprint ${fingerprint.slice(0, 8)})`;
}

function notFed(generation: Generation, unfed: readonly number[]): RebuildError {
  return new RebuildError(
    'REFUSED',
    `${nobodyFeeds(generation, unfed)}, and --require-feeder was given. Readers were not moved and nothing was changed. ` +
      `${whatToStart(generation)}, then run: ${commandLine.promote(generation.name, { requireFeeder: true })}`,
  );
}
