import type { KafkaTopic } from '@reprise/read-model-feed';
import type { Positions } from '@reprise/read-model-indices';
import { TopicReplaced } from '../log/topic-replaced.ts';

/**
 * Ends that are older are asked for again. A feed that keeps up is never that far behind, however much is written, so readers do
 * not wait for a moment without events.
 */
const recentMs = 10_000;

/** How far the log reaches, asked for when it is needed and remembered for seconds. */
export class LogEnds {
  readonly #describe: () => Promise<KafkaTopic>;
  readonly #topicId: string;
  #asked: { readonly ends: Positions; readonly until: number } | undefined;

  /** @param topicId of the log that is fed */
  constructor(describe: () => Promise<KafkaTopic>, topicId: string) {
    this.#describe = describe;
    this.#topicId = topicId;
  }

  /** @throws TopicReplaced; TopicMissing; DependencyError while Kafka is away */
  async recent(): Promise<Positions> {
    if (this.#asked !== undefined && performance.now() < this.#asked.until) return this.#asked.ends;
    const until = performance.now() + recentMs;
    const topic = await this.#describe();
    if (topic.id !== this.#topicId) throw new TopicReplaced(topic, this.#topicId);
    const ends = new Map(topic.partitions.map(({ partition, end }) => [partition, end]));
    this.#asked = { ends, until };
    return ends;
  }
}
