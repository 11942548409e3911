import type { NamedSpec } from '../row.ts';

/** Promises of docs/reference/guarantees.md. */
export type Promised =
  'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8' | 'G9' | 'G10' | 'G11' | 'G12' | 'G13' | 'G14';

/** A few words of source that a promise hangs on, how to take them out, and the tests that have to notice. */
export interface Guard {
  readonly id: string;
  readonly promise: Promised;
  /** What it sees to, as it stands in docs/reference/guarantees.md. */
  readonly what: string;
  /** From the workspace root. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly text: string;
  /** What stands there when the guard is taken out: code that still runs. */
  readonly without: string;
  readonly specs: readonly NamedSpec[];
}
