import { decodeEvent, type ProductEvent } from '@reprise/events';
import { feedEvents, type AggregateHistory } from '@reprise/read-model-feed';
import type { Generation, GenerationStore, Positions, Registry } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { RebuildError } from '../errors.ts';
import { kafkaSource } from '../kafka/kafka-source.ts';
import { describeTopic, type KafkaConnection } from '@reprise/read-model-feed';
import type { LogBatch } from '../log/log-source.ts';
import type { CatchUp } from './promote.ts';

export interface CatchUpInput {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly registry: Registry;
  readonly store: GenerationStore;
  readonly projection: Projection;
  readonly history: AggregateHistory | undefined;
  readonly onEvents?: (count: number) => void;
}

/**
 * Feeds a generation from the log up to given positions, without a group, and saves its positions after each batch. A live
 * consumer may feed it at the same time: the version guard makes one of the two a no-op.
 */
export function catchUpFromLog(input: CatchUpInput): CatchUp {
  return async (generation, target, signal) => {
    const topic = await describeTopic(input.connection, input.topic);
    if (topic.id !== generation.topicId)
      throw cannotCatchUp(generation, `it was built from another topic of that name, deleted since`);
    const source = kafkaSource(input.connection, topic);
    const positions = await input.registry.positions(generation.uuid);
    try {
      for (const [partition, end] of target) {
        const start = positions.get(partition) ?? 0n;
        if (start >= end) continue;
        const slice = { slice: partition, start, end };
        for await (const batch of source.read(slice, { position: start }, signal)) {
          await feedBatch(input, generation, batch);
        }
      }
    } finally {
      await source.close();
    }
  };
}

async function feedBatch(input: CatchUpInput, generation: Generation, batch: LogBatch): Promise<void> {
  const { registry, store, projection, history } = input;
  const events = batch.values.map((value, index) => decodeOrRefuse(value, batch, index, generation));
  const fed = await feedEvents({ store, name: generation.name, projection }, events, history);
  const refused = fed.gaps[0]
    ? `product ${fed.gaps[0].aggregateId} lacks version ${fed.gaps[0].expected}`
    : (fed.poison[0]?.error.message ?? fed.write.rejected[0]?.reason);
  if (refused !== undefined) throw cannotCatchUp(generation, refused);
  const positions: Positions = new Map([[batch.slice, batch.next.position]]);
  await registry.advancePositions(generation.uuid, positions);
  input.onEvents?.(events.length);
}

function decodeOrRefuse(
  value: Buffer | string | null,
  batch: LogBatch,
  index: number,
  generation: Generation,
): ProductEvent {
  const decoded = decodeEvent(value);
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
      'See `rebuild-job status` and the dead-letter topic, then run the same command again.',
  );
}
