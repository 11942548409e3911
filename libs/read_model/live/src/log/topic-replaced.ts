import type { KafkaTopic } from '@reprise/read-model-feed';

/** The topic that is fed was deleted and created again while the process ran: its offsets are those of another log. */
export class TopicReplaced extends Error {
  /** @param fedId id of the topic that positions are offsets of */
  constructor({ name, id }: Pick<KafkaTopic, 'name' | 'id'>, fedId: string) {
    super(
      `the topic "${name}" was deleted and created again: its id is ${id}, and positions are offsets of the one with the id ${fedId}. ` +
        'Nothing was changed. Restart relays and consumers, which read the id when they start, then build a new generation',
    );
    this.name = 'TopicReplaced';
  }
}
