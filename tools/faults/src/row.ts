import type { FaultCounts } from './fault-counts.ts';
import type { World } from './cluster/world.ts';

/** Named in docs/reference/reliability.md. */
export type Invariant =
  'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10' | 'I11' | 'I12' | 'I13';

/** What a scenario works with: its own product on real servers, and the count of what was done to it. */
export interface Scene {
  readonly world: World;
  readonly faults: FaultCounts;
  /** Whether durations are those of the matrix where they last minutes, instead of as many seconds as it takes to show the effect. */
  readonly long: boolean;
  /** One line that stands beside the result. */
  note(text: string): void;
}

/** What a scenario needs is not to be had on this machine. It says nothing about the row then. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
}

/** A test that proves a row on real servers and lives beside the code it proves. */
export interface NamedSpec {
  /** From the workspace root. */
  readonly file: string;
  /** Titles of its tests, or beginnings of titles; each has to run and pass. */
  readonly titles: readonly string[];
}

interface RowHead {
  /** As in the matrix; a letter behind it distinguishes several scenarios of one row. */
  readonly id: string;
  readonly title: string;
  readonly inject: string;
  readonly expect: string;
  readonly invariants: readonly Invariant[];
}

export interface ScenarioRow extends RowHead {
  readonly kind: 'scenario';
  /** Faults that have to fire at least once, by the name under which the scenario counts them. */
  readonly fires: readonly string[];
  /** The scenario kills or restarts servers, so it needs its own. */
  readonly killsServers?: boolean;
  readonly partitions?: number;
  /** Lasts many minutes, and runs only when long durations were asked for. */
  readonly onlyLong?: boolean;
  /** Bound against hanging, in seconds, where a row takes longer than the others. */
  readonly withinSeconds?: number;
  run(scene: Scene): Promise<void>;
}

export interface SpecRow extends RowHead {
  readonly kind: 'spec';
  readonly specs: readonly NamedSpec[];
}

export type Row = ScenarioRow | SpecRow;
