import type { Generation, Registry } from '@reprise/read-model-indices';
import { restoreTally, sumTallies, type SliceTally } from '../fold/slice-tally.ts';
import type { Checkpoint } from '../resume/checkpoint.ts';
import type { GateCheck } from '../gate/gate.ts';
import type { LiveCount } from '../gate/live-count.ts';

/** What the runs that built a generation have left of it in the registry. */
export interface BuildRecord {
  /** What its fold expects it to hold; undefined when no run read the log to its end. */
  readonly expected: SliceTally | undefined;
  /** What its events were read from. */
  readonly source: Checkpoint['source'] | undefined;
  /** Positions it held when it was built, decimal text by partition. */
  readonly positions: Checkpoint['positions'] | undefined;
  /** What readers had when the ends of its log were captured; undefined when they were on nothing. */
  readonly liveBefore: LiveCount | undefined;
  /** Moment it is as of; undefined when it holds everything. */
  readonly untilTime: Date | undefined;
  /** Alias or view that its run switched to it; undefined when none did. */
  readonly servedThrough: string | undefined;
  /** What the gate said last; empty when it was not reached. */
  readonly gate: readonly GateCheck[];
}

/** Runs of one generation that are looked through, newest first. */
const runsLookedThrough = 500;

/** Gathers what is known of a generation from the checkpoints, progress and receipts of its runs. */
export async function buildRecordOf(registry: Registry, generation: Generation): Promise<BuildRecord> {
  const runs = await registry.listRuns({ generation: generation.uuid, limit: runsLookedThrough });
  const checkpoints = runs.flatMap(({ checkpoint }) =>
    checkpoint ? [checkpoint as unknown as Checkpoint] : [],
  );
  const whole = checkpoints.find(({ ends, finished }) =>
    Object.keys(ends).every((slice) => slice in finished),
  );
  const untilTs = checkpoints.find((checkpoint) => checkpoint.untilTs !== undefined)?.untilTs;
  const cutovers = runs.map(({ receipt }) => receipt?.['cutover'] as { alias?: string } | null | undefined);
  const gates = runs.flatMap(({ receipt, progress }) => [receipt?.['gate'], progress?.['gate']]);
  return {
    expected: whole && sumTallies(Object.values(whole.finished).map(restoreTally)),
    source: whole?.source,
    positions: whole?.positions,
    liveBefore: whole?.liveBefore,
    untilTime: untilTs === undefined ? undefined : new Date(untilTs),
    servedThrough: cutovers.find((cutover) => cutover?.alias !== undefined)?.alias,
    gate: (gates.find((gate) => Array.isArray(gate) && gate.length > 0) ?? []) as GateCheck[],
  };
}
