import type { GenerationState } from '@reprise/read-model-indices';

/** How far a generation is behind the end of the log. */
export interface Lag {
  /** Records of the log it does not hold yet. */
  readonly events: bigint;
  /** Age of the oldest of them in milliseconds; null when it could not be read. 0 when there is none. */
  readonly ms: number | null;
}

/** Who feeds a generation now. */
export interface Feeding {
  /** Feeders that showed a sign of life lately and have partitions of it. */
  readonly feeders: readonly string[];
  /** Partitions of the log that none of them feeds. */
  readonly unfed: readonly number[];
}

/** A generation that was not pruned, as registry, store and log show it at one moment. */
export interface GenerationFacts {
  readonly name: string;
  readonly uuid: string;
  readonly state: GenerationState;
  /** True when this release's projection, on the topic as it is now, made it: only then can this release feed it. */
  readonly ownFingerprint: boolean;
  /** Whether its index or table is there; null when the store could not say. */
  readonly stored: boolean | null;
  /** Null when the topic is another one by now, or out of reach. */
  readonly lag: Lag | null;
  /** Its versions are positions in the topic, which has another number of partitions by now; left out when that is not so. */
  readonly repartitioned?: boolean;
  readonly feeding: Feeding;
  /** The gate has proven its content, at some time. */
  readonly proven: boolean;
  /** Moment it is as of; null when it holds everything. */
  readonly untilTs: string | null;
}

/** Where readers are. */
export type ReadersFacts =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'generation';
      readonly name: string;
      /** What somebody set up about their alias by hand, a text for each; left out when nothing. */
      readonly caveats?: readonly string[];
    }
  | { readonly kind: 'ambiguous'; readonly names: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** The write side of the log: what was committed and not published. */
export interface WriteSideFacts {
  /** Events that wait to be published, without the parked ones. */
  readonly unpublished: number;
  /** Events the log refused: they wait for an operator. */
  readonly parked: number;
  /** Age of the oldest of both in milliseconds; null when there is none. */
  readonly oldestMs: number | null;
}

/** Everything a verdict on one read model rests on. */
export interface ReadModelFacts {
  readonly projection: string;
  /** The alias or view. */
  readonly alias: string;
  readonly readers: ReadersFacts;
  /** Newest first. */
  readonly generations: readonly GenerationFacts[];
  /** Aggregates whose later events wait behind a dead letter; null when the registry could not say. */
  readonly heldBack: number | null;
  /** Null when it is not configured, or out of reach. */
  readonly writeSide: WriteSideFacts | null;
  /** Whether the log could be asked; the reason when it could not. */
  readonly logUnreachable: string | null;
}
