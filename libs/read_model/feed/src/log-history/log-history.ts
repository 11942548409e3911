import type { DomainEvent, EventContract } from '@reprise/events';
import type { DiscardedLetter, DiscardFilter } from '@reprise/read-model-indices';
import { commandLine } from '@reprise/runtime/commands';
import { HistoryUnreadable } from '../event-store/aggregate-history.ts';
import { proveHistoryComplete } from '../kafka/history.ts';
import {
  describeTopic,
  groupFreeConsumer,
  kafkaFault,
  type KafkaConnection,
  type KafkaTopic,
} from '../kafka/kafka-topic.ts';
import { PartitionUnreadable, type ReadOptions } from '../kafka/read-partition.ts';
import { AggregateInLog, type OwnRecord } from './aggregate-in-log.ts';

export interface LogHistoryServers extends Pick<ReadOptions, 'onFault'> {
  readonly kafka: KafkaConnection;
  /** The event log. */
  readonly topic: string;
  readonly events: EventContract;
  /** Finds records that a projection leaves out because their dead letters were discarded. */
  readonly discarded: (filter: DiscardFilter) => Promise<readonly DiscardedLetter[]>;
}

/** As `AggregateHistory`, which it can stand in for; its reading can be ended. */
export type LogHistory = (
  aggregateId: string,
  projection?: string,
  signal?: AbortSignal,
) => Promise<readonly DomainEvent[]>;

/** Aggregates whose records are remembered, so that the next look at one reads what is new and nothing else. */
const remembered = 8;

/**
 * All events of one aggregate in version order, from the log itself, for read models without an event store: up to the ends the log
 * has when it is called, without a group. It reads whole partitions for one aggregate (see `AggregateInLog`), so it is for
 * repairs, not for closing gaps while feeding.
 *
 * With a projection, records whose dead letters were discarded are left out. Where events are counted, those behind one are left
 * out as well, because a document takes versions one by one.
 *
 * @throws HistoryUnreadable when a record of the aggregate is no event, when the log lost records that nobody could miss, or when
 *   positions of several partitions would have to be compared; TopicMissing; DependencyError; the signal's reason
 */
export function logHistory(servers: LogHistoryServers): LogHistory {
  const known = new Map<string, AggregateInLog>();
  let turn: Promise<unknown> = Promise.resolve();
  const inLog = (id: string, topicId: string): AggregateInLog => {
    const held = known.get(id);
    const found = held?.topicId === topicId ? held : new AggregateInLog(id, servers.events, topicId);
    known.delete(id);
    known.set(id, found);
    for (const oldest of [...known.keys()].slice(0, -remembered)) known.delete(oldest);
    return found;
  };
  const read = async (id: string, projection: string | undefined, signal: AbortSignal) => {
    const topic = await describeTopic(servers.kafka, servers.topic);
    if (servers.events.versions === 'position') assertWhole(topic);
    const records = await readUpTo(inLog(id, topic.id), topic, servers, signal);
    const places = records.map(({ partition, offset }) => ({ partition, offset }));
    const discarded =
      projection === undefined ? [] : await servers.discarded({ projection, topicId: topic.id, places });
    return eventsAmong(id, records, discarded, servers);
  };
  return (id, projection, signal = new AbortController().signal) => {
    // One at a time: two that read for the same aggregate would both add what they find.
    const reading = turn.then(() => read(id, projection, signal));
    turn = reading.catch(() => undefined);
    return reading;
  };
}

async function readUpTo(
  aggregate: AggregateInLog,
  topic: KafkaTopic,
  { kafka, onFault }: LogHistoryServers,
  signal: AbortSignal,
): Promise<readonly OwnRecord[]> {
  const consumer = groupFreeConsumer(kafka);
  try {
    return await aggregate.upTo(topic, consumer, { onFault }, signal);
  } catch (error) {
    if (!(error instanceof PartitionUnreadable)) throw error;
    if (error.why === 'stalled' && error.cause !== undefined)
      throw await kafkaFault(kafka, error.cause, 'Nothing was changed.');
    throw new HistoryUnreadable(
      `The topic "${topic.name}" cannot be read from offset ${error.position} on (${error.why}). Nothing was changed. Check the topic, then ` +
        'run the same command again.',
      { cause: error },
    );
  } finally {
    await consumer.close(true).catch(() => undefined);
  }
}

/** The events to fold, of the records that are left. */
function eventsAmong(
  id: string,
  records: readonly OwnRecord[],
  discarded: readonly DiscardedLetter[],
  { events, topic }: Pick<LogHistoryServers, 'events' | 'topic'>,
): readonly DomainEvent[] {
  const isOut = ({ partition, offset }: OwnRecord) =>
    discarded.some((letter) => letter.partition === partition && letter.offset === offset);
  const kept = records.filter((record) => !isOut(record));
  const found = kept.flatMap(({ read }) => (read.ok ? [read.event] : []));
  const ordered = found.toSorted((a, b) => a.aggregateversion - b.aggregateversion);
  if (events.versions === 'sequence') {
    const cut = ordered.slice(0, lengthBeforeLeftOut(ordered, discarded));
    if (cut.length < ordered.length) return cut;
  } else assertOnePartition(id, kept, topic);
  for (const { read, partition, offset } of kept) {
    if (read.ok) continue;
    throw new HistoryUnreadable(
      `The record ${topic}:${partition}:${offset} of ${id} is not an event (${read.reason}: ${read.message}). Nothing of this aggregate was ` +
        `changed. Deploy the version that knows this event, or discard its dead letter: ${commandLine.listDeadLetters()}`,
    );
  }
  return ordered;
}

/** How many counted events come before the first version that is missing because its record is left out. */
function lengthBeforeLeftOut(ordered: readonly DomainEvent[], discarded: readonly DiscardedLetter[]): number {
  let expected = 1;
  for (const [at, { aggregateversion: found }] of ordered.entries()) {
    const isBehind = ({ version }: DiscardedLetter) =>
      version === null || (version >= expected && version < found);
    if (found > expected && discarded.some(isBehind)) return at;
    expected = Math.max(expected, found + 1);
  }
  return ordered.length;
}

function assertOnePartition(id: string, records: readonly OwnRecord[], topic: string): void {
  const partitions = [...new Set(records.map(({ partition }) => partition))];
  if (partitions.length < 2) return;
  throw new HistoryUnreadable(
    `Events of ${id} lie in the partitions ${partitions.join(', ')} of "${topic}", and versions are positions, which mean nothing across ` +
      'partitions. Nothing of this aggregate was changed. Write its events to one partition of a new topic, and rebuild.',
  );
}

/** Where versions are positions, nobody notices that a log has lost its beginning. */
function assertWhole(topic: KafkaTopic): void {
  const proof = proveHistoryComplete(topic, undefined);
  if (proof.complete) return;
  throw new HistoryUnreadable(
    `The topic no longer holds every event: ${proof.problems.join('; ')}. Nothing was changed: a document made of the rest would look whole.`,
  );
}
