import type { DocumentToWrite, WriteResult } from '@reprise/read-model-indices';
import type { FoldEntry } from '@reprise/read-model-projections';
import type { SourceDescription } from '../../log/described-source.ts';
import type { ProgressPicture } from '../build-progress.ts';
import type { Snapshots } from '../build-input.ts';
import type { SliceMark } from '../slice-snapshot.ts';
import type { SliceTally } from '../../fold/slice-tally.ts';
import type { SharedProjection } from './shared-projection.ts';

/** The task of one worker thread, handed over when it starts: plain data. */
export interface WorkerTask {
  readonly source: SourceDescription;
  readonly slices: readonly number[];
  readonly projection: SharedProjection;
  readonly memoryBytes: number;
  readonly spillDirectory: string;
  readonly groupSize: number;
  readonly snapshots: Omit<Snapshots, 'onSnapshot' | 'onUnusable' | 'onNotice'> | undefined;
}

/** From a worker. `call` is answered under the same number, and the worker waits for the answer. */
export type WorkerMessage =
  | { readonly kind: 'write'; readonly call: number; readonly documents: readonly DocumentToWrite[] }
  | { readonly kind: 'slice-done'; readonly call: number; readonly slice: number; readonly tally: SliceTally }
  | { readonly kind: 'snapshot'; readonly call: number; readonly slice: number; readonly mark: SliceMark }
  | { readonly kind: 'unusable'; readonly slice: number; readonly reason: string }
  | { readonly kind: 'notice'; readonly line: string }
  | { readonly kind: 'progress'; readonly picture: ProgressPicture }
  | {
      readonly kind: 'built';
      readonly tallies: ReadonlyMap<number, SliceTally>;
      readonly unresolved: readonly FoldEntry[];
      readonly waiting: ReadonlySet<number>;
      readonly picture: ProgressPicture;
    }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** To a worker. */
export type OwnerMessage =
  | { readonly kind: 'answer'; readonly call: number; readonly result: WriteResult | undefined }
  | { readonly kind: 'refusal'; readonly call: number; readonly message: string }
  | { readonly kind: 'stop' };

/** An error as it passes between threads, where classes are lost. */
export interface Fault {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly dependency: string | undefined;
  /** For a server fault: whether it may pass on its own. */
  readonly retryable: boolean | undefined;
}
