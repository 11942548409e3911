import type { DomainEvent, LogBatch } from '@reprise/events';
import { feedEvents, type AggregateHistory } from '@reprise/read-model-feed';
import {
  assertSameLog,
  type Generation,
  type GenerationStore,
  type HeldBlocker,
  type Parked,
  type Positions,
  type Registry,
  type RejectedDocument,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { RebuildError } from '../errors.ts';
import { kafkaSource } from '../kafka/kafka-source.ts';
import { captureLeftOut } from '../left-out/letters-of-run.ts';
import { leaveOut } from '../left-out/leave-out.ts';
import { describeTopic, type KafkaConnection } from '@reprise/read-model-feed';
import { commandLine } from '@reprise/runtime/commands';
import { announceCatchUp } from './long-catch-up.ts';
import type { CatchUp } from './promote.ts';

export interface CatchUpInput {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly registry: Registry;
  readonly store: GenerationStore;
  readonly projection: Projection;
  readonly history: AggregateHistory | undefined;
  readonly onEvents?: (count: number) => void;
  /** Called for a catch-up that takes a while, for whoever waits for it. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/**
 * Feeds a generation from the log up to given positions or its end, without a group, and saves its positions after each batch. A live
 * consumer may feed it at the same time: the version guard makes one of the two a no-op.
 *
 * Later events of an aggregate whose dead letter the gate tolerated wait behind it here as they do in the live generation: the
 * feed of that one, which has passed them, put them aside for the read model as a whole. Records whose dead letters are discarded
 * by now are left out.
 */
export function catchUpFromLog(input: CatchUpInput): CatchUp {
  return async (generation, target, signal) => {
    const topic = await describeTopic(input.connection, input.topic);
    assertSameLog(generation, input.projection, topic);
    if (topic.id !== generation.topicId)
      throw new RebuildError(
        'REFUSED',
        `Generation ${generation.name} was built from another topic of the name ${topic.name} (topic id ${generation.topicId}, now ${topic.id}), deleted ` +
          'since, so it cannot be caught up from this one. Readers were not moved. Rebuild from the event store: ' +
          commandLine.rebuildFromEventStore(generation.projection),
      );
    const log = kafkaSource(input.connection, topic, input.projection.events);
    const source = leaveOut(log, await captureLeftOut(input, input.projection.name, log));
    const positions = await input.registry.positions(generation.uuid);
    try {
      const ends =
        target === 'end' ? topic.partitions.map(({ partition, end }) => [partition, end] as const) : target;
      const slices = [...ends]
        .map(([partition, end]) => ({ slice: partition, start: positions.get(partition) ?? 0n, end }))
        .filter(({ start, end }) => start < end);
      const lacking = slices.reduce((events, { start, end }) => events + Number(end - start), 0);
      const fed = announceCatchUp(generation.name, lacking, input.onNotice);
      for (const slice of slices) {
        for await (const batch of source.read(slice, { position: slice.start }, signal)) {
          await feedBatch(input, generation, batch);
          fed(batch.values.length);
        }
      }
    } finally {
      await source.close();
    }
  };
}

async function feedBatch(input: CatchUpInput, generation: Generation, batch: LogBatch): Promise<void> {
  const { registry } = input;
  const events = [...batch.values.keys()].map((index) => readOrRefuse(batch, index, generation));
  // Someone may release an aggregate between the look at what blocks it and the position: its events are fed after all then.
  while (await leavesReleased(input, generation, events));
  const positions: Positions = new Map([[batch.slice, batch.next.position]]);
  await registry.advancePositions(generation.uuid, positions);
  input.onEvents?.(events.length);
}

/**
 * Feeds events. Those that wait behind a dead letter are left to its redrive or discard, if the live feed has put them aside.
 * @returns true when a dead letter that some of them waited behind is gone by now
 */
async function leavesReleased(
  { registry, store, projection, history }: CatchUpInput,
  generation: Generation,
  events: readonly DomainEvent[],
): Promise<boolean> {
  const { name, topicId } = generation;
  const scope = { topicId, projection: projection.name };
  const held = new Map<string, HeldBlocker>();
  const fed = await feedEvents({ store, name, projection }, events, history, undefined, async (needed) => {
    for (const [aggregateId, blocker] of await registry.blocked.at(scope, needed))
      held.set(aggregateId, blocker);
    return held;
  });
  const parked = fed.waiting.map(({ aggregateId, blocker: { version } }) => ({
    aggregateId,
    version,
    lastParked: latestVersion(events, aggregateId),
  }));
  const early = parked.find(
    ({ aggregateId, lastParked }) => lastParked > (held.get(aggregateId)?.lastParked ?? 0),
  );
  const refused = fed.gaps[0]
    ? `aggregate ${fed.gaps[0].aggregateId} lacks version ${fed.gaps[0].expected}`
    : (fed.poison[0]?.error.message ?? storeRefused(fed.write.rejected[0]) ?? (early && notPutAside(early)));
  if (refused !== undefined) throw cannotCatchUp(generation, refused);
  return (await registry.blocked.park(scope, parked)).length > 0;
}

function storeRefused(document: RejectedDocument | undefined): string | undefined {
  return document && `the store refuses document ${document.id}: ${document.reason}`;
}

function latestVersion(events: readonly DomainEvent[], aggregateId: string): number {
  return events.reduce(
    (latest, { subject, aggregateversion }) =>
      subject === aggregateId ? Math.max(latest, aggregateversion) : latest,
    0,
  );
}

function notPutAside({ aggregateId, version, lastParked }: Parked): string {
  return `version ${lastParked} of aggregate ${aggregateId} waits behind version ${version}, and no dead letter keeps it`;
}

function readOrRefuse(batch: LogBatch, index: number, generation: Generation): DomainEvent {
  const decoded = batch.read(index);
  if (decoded.ok) return decoded.event;
  throw cannotCatchUp(
    generation,
    `partition ${batch.slice} offset ${batch.positionOf(index)}: ${decoded.message}`,
  );
}

function cannotCatchUp(generation: Generation, reason: string): RebuildError {
  return new RebuildError(
    'REFUSED',
    `Generation ${generation.name} could not be caught up with the live one: ${reason}. Readers were not moved. ` +
      `See ${commandLine.status(generation.projection)} and the dead-letter topic, then run the same command again.`,
  );
}
