import { randomUUID } from 'node:crypto';
import type { GenerationName } from '../../generation/generation.ts';
import type { NewGeneration } from '../generations.ts';

export function newGeneration(
  projection: string,
  runId: string | null,
  changes: Partial<NewGeneration> = {},
): NewGeneration {
  const uuid = randomUUID();
  return {
    uuid,
    projection,
    name: `${projection}_v1_20260102_030405_${uuid.slice(0, 8)}` as GenerationName,
    storage: 'elasticsearch',
    fingerprint: 'f'.repeat(64),
    projectionVersion: 1,
    topic: 'product.events',
    topicId: 'topic-id',
    partitions: 3,
    runId,
    ...changes,
  };
}
