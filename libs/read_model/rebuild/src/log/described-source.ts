import type { LogSource } from '@reprise/events';
import type { KafkaConnection, KafkaTopic } from '@reprise/read-model-feed';
import type { DiscardedLetter } from '@reprise/read-model-indices';

/** A source as plain data. */
export interface SourceDescription {
  readonly kind: 'kafka';
  readonly connection: KafkaConnection;
  /** With the ends the run captured. */
  readonly topic: KafkaTopic;
  /** Dead letters whose records are left out; left out where there are none. */
  readonly leftOut?: readonly DiscardedLetter[];
}

export interface DescribedSource extends LogSource {
  /** What another thread needs to open the same source; undefined where only the one that opened it can read it. */
  readonly description?: SourceDescription;
}
