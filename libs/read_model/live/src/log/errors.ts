import type { EventContract } from '@reprise/events';
import type { KafkaTopic } from '@reprise/read-model-feed';

/** The topic that is fed was deleted and created again while the process ran: its offsets are those of another log. */
export class TopicReplaced extends Error {
  /**
   * @param fedId id of the topic that positions are offsets of
   * @param remedy what leads out of it, a sentence
   */
  constructor({ name, id }: Pick<KafkaTopic, 'name' | 'id'>, fedId: string, remedy: string) {
    super(
      `the topic "${name}" was deleted and created again: its id is ${id}, and positions are offsets of the one with the id ${fedId}. ` +
        `Nothing was changed. First restart relays and consumers, which read the id when they start. ${remedy}`,
    );
    this.name = 'TopicReplaced';
  }
}

/** The log may lack events that nothing replaces, so no first generation is made from it. */
export class LogNotWhole extends Error {
  constructor(problems: readonly string[], versions: EventContract['versions']) {
    const instead =
      versions === 'position'
        ? 'Versions are positions in this topic, so no event store can take its place: write all events to a new topic'
        : 'Declare an event store for the context, which closes the gaps, or write all events to a new topic';
    super(
      `no first generation is made, because the log may not hold every event: ${problems.join('; ')}. Documents made of the rest ` +
        `would look whole. Nothing was changed. ${instead}, with cleanup.policy=delete, retention.ms=-1 and retention.bytes=-1`,
    );
    this.name = 'LogNotWhole';
  }
}

/** The log no longer holds what a generation needs next. */
export class RecordsGone extends Error {
  constructor(needed: bigint, oldest: bigint, remedy: string) {
    super(
      `the log begins at offset ${oldest}, but a generation needs offset ${needed} next: the records between are gone from the ` +
        `log. Nothing was changed. ${remedy}`,
    );
    this.name = 'RecordsGone';
  }
}

/** The log ends before the position of a generation: it lost records that were fed, or is another one. */
export class PositionBeyondLog extends Error {
  constructor(generation: string, position: bigint, end: bigint, remedy: string) {
    super(
      `the log ends at offset ${end}, but ${generation} was fed up to offset ${position}: the log lost records, or is another one. ` +
        `What was written to it since is not fed. Nothing was changed. ${remedy}`,
    );
    this.name = 'PositionBeyondLog';
  }
}
