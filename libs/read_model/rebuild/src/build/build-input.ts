import type { LogSlice, LogSource } from '@reprise/events';
import type { Projection } from '@reprise/read-model-projections';
import type { BuildProgress } from './build-progress.ts';
import type { SliceMark } from './slice-snapshot.ts';
import type { SliceTally } from '../fold/slice-tally.ts';
import type { SnapshotInterval } from './snapshot-clock.ts';
import type { WriteDocuments } from './write-entries.ts';

/** What is built from, with and into. */
export interface BuildInput {
  readonly source: LogSource;
  readonly projection: Projection;
  /** Where worker threads find the projection. */
  readonly projectionModule?: string | undefined;
  readonly write: WriteDocuments;
  /** Slices that an earlier, interrupted run finished, with what it counted. */
  readonly finished: ReadonlyMap<number, SliceTally>;
  /** Called when every document of a slice is durable; the place to save a checkpoint. */
  readonly onSliceDone: (slice: LogSlice, tally: SliceTally) => Promise<void>;
  readonly progress: BuildProgress;
  /** Estimated bytes of folded documents to hold in memory, in all. */
  readonly memoryBytes: number;
  /** Directory of this run's own for records beyond the memory, when there are no snapshots; removed by the caller. */
  readonly spillDirectory: string;
  /** Undefined: an interrupted slice is read from its beginning. */
  readonly snapshots?: Snapshots | undefined;
  /** Documents handed to the store at a time. */
  readonly groupSize: number;
  readonly signal: AbortSignal;
}

/** When and where half-read slices are saved, and who is notified. */
export interface Snapshots {
  /** UUID of the generation they belong to. */
  readonly generation: string;
  /** Directory of this run's own; made when needed. */
  readonly directory: string;
  readonly every: SnapshotInterval;
  /** Slices that an interrupted run had half read. */
  readonly marks: ReadonlyMap<number, SliceMark>;
  /** Called when a snapshot is on the disk; earlier ones are removed when it resolves. */
  readonly onSnapshot: (slice: number, mark: SliceMark) => Promise<void>;
  /** Called when a slice has to be read from its beginning after all. */
  readonly onUnusable: (slice: number, reason: string) => void;
  /** Called when a snapshot could not be written: an interrupted run would resume from further back. */
  readonly onNotice: (line: string) => void;
}
