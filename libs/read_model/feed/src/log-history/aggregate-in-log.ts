import { partitionOfKey, type EventContract, type ReadResult } from '@reprise/events';
import type { LetterKey } from '@reprise/read-model-indices';
import type { Consumer } from '@platformatic/kafka';
import { positionIn, readFetched } from '../kafka/fetched-record.ts';
import type { KafkaTopic } from '../kafka/kafka-topic.ts';
import { readPartition, type ReadOptions, type ReadRecords } from '../kafka/read-partition.ts';

/** A record that is of an aggregate, or says so, and where it lies. */
export interface OwnRecord extends LetterKey {
  readonly read: ReadResult;
}

/** What was read so far of a partition, for one aggregate. */
type Place = 'in the partition of its key' | 'by its key' | 'anywhere';

/**
 * The records of one aggregate in a log: what was found so far, and how far each partition was read. Asked again, it reads only
 * what came since. Everything else is passed over, so it holds no more than the aggregate has.
 *
 * Where versions are positions, the aggregate is in one partition: that of its key. Counted versions stay in order when partitions
 * are added and its later events go to another one, so all partitions are read, for records with its key or none. If that finds
 * nothing, every record of every partition is looked at: other producers may choose partitions, or keys, in another way.
 */
export class AggregateInLog {
  readonly #key: Buffer;
  readonly #records: OwnRecord[] = [];
  #place: Place;
  #next = new Map<number, bigint>();

  constructor(
    private readonly id: string,
    private readonly events: EventContract,
    /** The incarnation of the topic it was found in. */
    readonly topicId: string,
  ) {
    this.#key = Buffer.from(id);
    this.#place = events.versions === 'position' ? 'in the partition of its key' : 'by its key';
  }

  /** Records found up to the ends that `topic` was described with, in the order of their partitions and offsets. */
  async upTo(
    topic: KafkaTopic,
    consumer: Consumer,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly OwnRecord[]> {
    await this.#readOn(topic, consumer, options, signal);
    if (this.#records.length === 0 && this.#place !== 'anywhere') {
      [this.#place, this.#next] = ['anywhere', new Map()];
      await this.#readOn(topic, consumer, options, signal);
    }
    return [...this.#records].sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
  }

  async #readOn(
    topic: KafkaTopic,
    consumer: Consumer,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const only =
      this.#place === 'in the partition of its key'
        ? partitionOfKey(this.id, topic.partitions.length)
        : undefined;
    for (const { partition, logStart, end } of topic.partitions) {
      if (only !== undefined && partition !== only) continue;
      const from = this.#next.get(partition) ?? logStart;
      const withHeaders = this.events.readsHeaders;
      const wanted = { consumer, topic, partition, from, end, withHeaders };
      for await (const read of readPartition(wanted, options, signal)) {
        this.#take(partition, read);
        this.#next.set(partition, read.next);
      }
    }
  }

  #take(partition: number, { records }: ReadRecords): void {
    for (const [index, key] of records.keys.entries()) {
      const isNamed = key?.equals(this.#key) ?? false;
      if (this.#place !== 'anywhere' && !isNamed && key !== null && key.length > 0) continue;
      const read = readFetched(records, index, this.events);
      const subject = read.ok ? read.event.subject : (read.subject ?? (isNamed ? this.id : undefined));
      if (subject === this.id) this.#records.push({ partition, offset: positionIn(records, index), read });
    }
  }
}
