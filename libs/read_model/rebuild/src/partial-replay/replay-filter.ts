import type { EventContract, LogBatch, LogSlice } from '@reprise/events';
import { describeTopic, groupFreeConsumer } from '@reprise/read-model-feed';
import { RebuildError } from '../errors.ts';
import { kafkaSource } from '../kafka/kafka-source.ts';
import type { RebuildServers } from '../rebuild-options.ts';

/** Which events of the log to apply again. What is left out does not limit. */
export interface ReplayFilter {
  /** Records written to the log at or after this moment. */
  readonly fromTime?: Date;
  /** This event and everything after it in its partition; other partitions from its moment on. */
  readonly fromEventId?: string;
  readonly aggregateIds?: readonly string[];
  /** Stop after so many matching events; 0 for no limit. */
  readonly maxEvents: number;
}

/**
 * The slices from where the filter lets them begin.
 * @throws RebuildError USAGE when the event it names is not in the log; the signal's reason
 */
export async function startingPoints(
  servers: RebuildServers,
  events: EventContract,
  slices: readonly LogSlice[],
  { fromTime, fromEventId }: ReplayFilter,
  signal: AbortSignal,
): Promise<LogSlice[]> {
  if (fromEventId !== undefined) return fromEvent(servers, events, slices, fromEventId, signal);
  if (fromTime === undefined) return [...slices];
  return slicesFrom(servers, slices, fromTime.getTime());
}

/** The slices from the first record at or after a moment (milliseconds since the epoch). */
async function slicesFrom(
  servers: RebuildServers,
  slices: readonly LogSlice[],
  time: number,
): Promise<LogSlice[]> {
  // Records have no earlier time, and negative ones have a special meaning in Kafka: -1 would be the end.
  if (!(time > 0)) return [...slices];
  const offsets = await offsetsAt(servers, BigInt(time));
  return slices.map((slice) => ({ ...slice, start: offsets.get(slice.slice) ?? slice.end }));
}

/** Offset of the first record at or after a moment (milliseconds), by partition; absent where there is none. */
async function offsetsAt({ kafka, topic }: RebuildServers, timestamp: bigint): Promise<Map<number, bigint>> {
  const consumer = groupFreeConsumer(kafka);
  try {
    const found = (await consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? [];
    return new Map(
      found.flatMap((offset, partition) => (offset >= 0n ? [[partition, offset] as const] : [])),
    );
  } finally {
    await consumer.close(true).catch(() => undefined);
  }
}

/** Looks the event up by reading the log once; the other partitions begin at its own time. */
async function fromEvent(
  servers: RebuildServers,
  events: EventContract,
  slices: readonly LogSlice[],
  eventId: string,
  signal: AbortSignal,
): Promise<LogSlice[]> {
  const source = kafkaSource(
    servers.kafka,
    await describeTopic(servers.kafka, servers.topic, servers),
    events,
  );
  const isEvent = (batch: LogBatch, index: number) => {
    // Most records are ruled out without reading them as events; an id in a header is not among the bytes.
    if (!events.readsHeaders && !batch.values[index]?.includes(eventId)) return false;
    const decoded = batch.read(index);
    return decoded.ok && decoded.event.id === eventId;
  };
  try {
    for (const slice of slices) {
      for await (const batch of source.read(slice, { position: slice.start }, signal)) {
        const index = batch.values.findIndex((_, at) => isEvent(batch, at));
        if (index < 0) continue;
        const decoded = batch.read(index);
        const from = await slicesFrom(servers, slices, decoded.ok ? Date.parse(decoded.event.time) : 0);
        return from.map((other) =>
          other.slice === slice.slice ? { ...other, start: batch.positionOf(index) } : other,
        );
      }
    }
  } finally {
    await source.close();
  }
  throw new RebuildError('USAGE', `No event ${eventId} is in the log. Nothing was changed.`);
}
