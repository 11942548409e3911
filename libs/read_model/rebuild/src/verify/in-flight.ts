import { decodeEvent } from '@reprise/events';
import {
  describeTopic,
  foldInOrder,
  HistoryUnreadable,
  type AggregateHistory,
} from '@reprise/read-model-feed';
import { prepareDocument, type Positions } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { kafkaSource } from '../kafka/kafka-source.ts';
import type { RebuildServers } from '../run/rebuild-options.ts';
import { sameContent, type DocumentState } from './classify.ts';

/** A document that is not what the log says, before it is known whether it only waits for the feed. */
export interface Difference {
  readonly id: string;
  readonly expected: DocumentState | undefined;
  readonly actual: DocumentState | undefined;
}

export interface InFlightInput {
  readonly servers: Pick<RebuildServers, 'kafka' | 'topic' | 'history'>;
  readonly projection: Projection;
  /** Next offsets the generation needed when the comparison began. */
  readonly positions: Positions;
  /** The log was read from the event store, which is ahead of what the relay has published. */
  readonly fromEventStore: boolean;
  readonly signal: AbortSignal;
}

/** Documents looked up in the event store one by one; more of them are no matter of timing. */
const lookedUp = 1_000;

/**
 * Ids of the differences that are none: the generation has not been fed the events yet, was fed them while it was compared, or
 * holds events that the event store has and the topic does not have yet. Call it after the documents were read: whatever
 * the reading could have seen of later events is known to the topic by then.
 */
export async function findInFlight(
  differences: readonly Difference[],
  input: InFlightInput,
): Promise<Set<string>> {
  const inFlight = new Set<string>();
  if (differences.length === 0) return inFlight;
  const { touched, contained, complete } = await readTopic(new Set(differences.map(({ id }) => id)), input);
  let lookups = 0;
  for (const { id, expected, actual } of differences) {
    const behind = (actual?.version ?? 0) < (expected?.version ?? 0);
    if (touched.has(id)) inFlight.add(id);
    else if (input.fromEventStore && behind && complete) {
      // Its next event is in the event store; the generation ought to hold it only if the topic had it.
      if ((contained.get(id) ?? 0) <= (actual?.version ?? 0)) inFlight.add(id);
    } else if (!behind && actual && actual.version > (expected?.version ?? 0) && lookups++ < lookedUp) {
      if (await isInEventStore(id, actual, input)) inFlight.add(id);
    }
  }
  return inFlight;
}

interface TopicFindings {
  /** With events at or after the generation's positions. */
  readonly touched: ReadonlySet<string>;
  /** Highest version before the generation's positions; only for a log from the event store. */
  readonly contained: ReadonlyMap<string, number>;
  /** Whether the topic still begins at its beginning. */
  readonly complete: boolean;
}

async function readTopic(
  ids: ReadonlySet<string>,
  { servers: { kafka, topic }, positions, fromEventStore, signal }: InFlightInput,
): Promise<TopicFindings> {
  const described = await describeTopic(kafka, topic);
  const touched = new Set<string>();
  const contained = new Map<string, number>();
  const source = kafkaSource(kafka, described);
  try {
    for (const { partition, logStart, end } of described.partitions) {
      const needed = positions.get(partition) ?? 0n;
      const start = fromEventStore ? logStart : needed;
      const slice = { slice: partition, start, end };
      for await (const { values, keys, positionOf } of source.read(slice, { position: start }, signal)) {
        for (let index = 0; index < values.length; index++) {
          const key = keys[index]!;
          if (key !== null && !ids.has(key.toString())) continue;
          const decoded = decodeEvent(values[index]!);
          if (!decoded.ok) continue;
          const { subject, aggregateversion } = decoded.event;
          if (positionOf(index) >= needed) touched.add(subject);
          else contained.set(subject, Math.max(aggregateversion, contained.get(subject) ?? 0));
        }
      }
    }
    return { touched, contained, complete: described.partitions.every(({ logStart }) => logStart === 0n) };
  } finally {
    await source.close();
  }
}

/** Whether a document that is ahead of the topic is what the event store says of its version: a repair was faster than the relay. */
async function isInEventStore(
  id: string,
  actual: DocumentState,
  { servers: { history }, projection }: InFlightInput,
): Promise<boolean> {
  const events = history && (await eventsOf(history, id));
  if (!events) return false;
  const { document } = foldInOrder(
    projection,
    undefined,
    events.filter(({ aggregateversion }) => aggregateversion <= actual.version),
  );
  if (document?.version !== actual.version) return false;
  const { version, digest } = prepareDocument(document);
  return sameContent({ version, digest }, actual);
}

async function eventsOf(history: AggregateHistory, id: string) {
  try {
    return await history(id);
  } catch (error) {
    if (error instanceof HistoryUnreadable) return undefined;
    throw error;
  }
}
