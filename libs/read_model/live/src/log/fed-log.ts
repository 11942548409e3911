import type { EventContract } from '@reprise/events';
import { proveHistoryComplete, type KafkaTopic } from '@reprise/read-model-feed';
import type { Positions } from '@reprise/read-model-indices';
import { commandLine } from '@reprise/runtime/commands';
import { LogNotWhole, TopicReplaced } from './errors.ts';

/**
 * Ends that are older are asked for again. A feed that keeps up is never that far behind, however much is written, so readers do
 * not wait for a moment without events.
 */
const recentMs = 10_000;

export interface FedLogInput {
  /** Asks Kafka for the topic as it is now. */
  readonly describe: () => Promise<KafkaTopic>;
  /** Id of the topic that is fed. */
  readonly topicId: string;
  readonly versions: EventContract['versions'];
  /** Whether an event store closes gaps. */
  readonly closesGaps: boolean;
}

/** The log that is fed, asked for as it is now. */
export class FedLog {
  readonly #input: FedLogInput;
  #recent: { readonly ends: Positions; readonly until: number } | undefined;

  constructor(input: FedLogInput) {
    this.#input = input;
  }

  /** What leads out of a log that lost records, a sentence. */
  get remedy(): string {
    const { versions, closesGaps } = this.#input;
    if (versions === 'sequence' && closesGaps) return `Run: ${commandLine.rebuildFromEventStore('all')}`;
    return 'Write all events to a new topic, and rebuild from it.';
  }

  /** How far it reached not long ago. @throws TopicReplaced; TopicMissing; DependencyError while Kafka is away */
  async recentEnds(): Promise<Positions> {
    if (this.#recent !== undefined && performance.now() < this.#recent.until) return this.#recent.ends;
    const until = performance.now() + recentMs;
    const { partitions } = await this.now();
    const ends = new Map(partitions.map(({ partition, end }) => [partition, end]));
    this.#recent = { ends, until };
    return ends;
  }

  /**
   * Refuses a log that may have lost events which nothing would replace: what is made of the rest looks whole. An event store
   * closes gaps, but only between versions that are counted.
   *
   * @throws LogNotWhole; TopicReplaced; TopicMissing; DependencyError while Kafka is away
   */
  async assertWhole(): Promise<void> {
    const { versions, closesGaps } = this.#input;
    if (versions === 'sequence' && closesGaps) return;
    const proof = proveHistoryComplete(await this.now(), undefined);
    if (!proof.complete) throw new LogNotWhole(proof.problems, versions);
  }

  /** The topic as it is. @throws TopicReplaced; TopicMissing; DependencyError while Kafka is away */
  async now(): Promise<KafkaTopic> {
    const { describe, topicId } = this.#input;
    const topic = await describe();
    if (topic.id !== topicId) throw new TopicReplaced(topic, topicId, this.remedy);
    return topic;
  }
}
