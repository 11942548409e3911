import {
  describeTopic,
  foldInOrder,
  HistoryUnreadable,
  type AggregateHistory,
} from '@reprise/read-model-feed';
import { prepareDocument, type Positions } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { kafkaSource } from '../kafka/kafka-source.ts';
import type { RebuildServers } from '../rebuild-options.ts';
import { sameContent, type DocumentState, type WaitingClass } from './classify.ts';

/** A document that is not what the log says, before it is known whether its events are only waiting. */
export interface Difference {
  readonly id: string;
  readonly expected: DocumentState | undefined;
  readonly actual: DocumentState | undefined;
}

export interface WaitingInput {
  readonly servers: Pick<RebuildServers, 'kafka' | 'topic' | 'history'>;
  readonly projection: Projection;
  /** Next offsets the generation needed when the comparison began. */
  readonly positions: Positions;
  /** Partitions that no live feeder feeds: what lies there is not about to be written. */
  readonly unfed: readonly number[];
  /** The log was read from the event store, which is ahead of what the relay has published. */
  readonly fromEventStore: boolean;
  readonly signal: AbortSignal;
}

/** Documents looked up in the event store one by one; more of them are no matter of timing. */
const lookedUp = 1_000;

/**
 * Differences that are no fault of the document, and what each waits for: a live feeder is about to write it or wrote it while it was
 * compared, its events lie where nobody feeds it, or the event store has them and the topic does not yet. Call it after the
 * documents were read: whatever the reading could have seen of later events is known to the topic by then.
 */
export async function findWaiting(
  differences: readonly Difference[],
  input: WaitingInput,
): Promise<Map<string, WaitingClass>> {
  const waiting = new Map<string, WaitingClass>();
  if (differences.length === 0) return waiting;
  const { touched, contained, complete } = await readTopic(new Set(differences.map(({ id }) => id)), input);
  let lookups = 0;
  for (const { id, expected, actual } of differences) {
    const behind = (actual?.version ?? 0) < (expected?.version ?? 0);
    const partitions = touched.get(id);
    if (partitions) waiting.set(id, input.unfed.some((one) => partitions.has(one)) ? 'behind' : 'inFlight');
    else if (input.fromEventStore && behind && complete) {
      // Its next event is in the event store; the generation ought to hold it only if the topic had it.
      if ((contained.get(id) ?? 0) <= (actual?.version ?? 0)) waiting.set(id, 'unpublished');
    } else if (!behind && actual && actual.version > (expected?.version ?? 0) && lookups++ < lookedUp) {
      if (await isInEventStore(id, actual, input)) waiting.set(id, 'inFlight');
    }
  }
  return waiting;
}

interface TopicFindings {
  /** Partitions with events at or after the generation's positions, by aggregate. */
  readonly touched: ReadonlyMap<string, ReadonlySet<number>>;
  /** Highest version before the generation's positions; only for a log from the event store. */
  readonly contained: ReadonlyMap<string, number>;
  /** Whether the topic still begins at its beginning. */
  readonly complete: boolean;
}

async function readTopic(
  ids: ReadonlySet<string>,
  { servers: { kafka, topic }, projection, positions, fromEventStore, signal }: WaitingInput,
): Promise<TopicFindings> {
  const described = await describeTopic(kafka, topic);
  const touched = new Map<string, Set<number>>();
  const contained = new Map<string, number>();
  const source = kafkaSource(kafka, described, projection.events);
  try {
    for (const { partition, logStart, end } of described.partitions) {
      const needed = positions.get(partition) ?? 0n;
      const start = fromEventStore ? logStart : needed;
      const slice = { slice: partition, start, end };
      for await (const batch of source.read(slice, { position: start }, signal)) {
        for (const [index, key] of batch.keys.entries()) {
          if (key !== null && !ids.has(key.toString())) continue;
          const decoded = batch.read(index);
          if (!decoded.ok) continue;
          const { subject, aggregateversion } = decoded.event;
          if (batch.positionOf(index) >= needed)
            touched.set(subject, (touched.get(subject) ?? new Set()).add(partition));
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
  { servers: { history }, projection }: WaitingInput,
): Promise<boolean> {
  const events = history && (await eventsOf(history, id, projection.name));
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

async function eventsOf(history: AggregateHistory, id: string, projection: string) {
  try {
    return await history(id, projection);
  } catch (error) {
    if (error instanceof HistoryUnreadable) return undefined;
    throw error;
  }
}
