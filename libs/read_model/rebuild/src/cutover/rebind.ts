import { describeTopic } from '@reprise/read-model-feed';
import {
  BoundElsewhere,
  differences,
  type Binding,
  type Fence,
  type HeldBinding,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { RebuildError } from '../errors.ts';
import type { RebuildServers } from '../rebuild-options.ts';
import { refuseBesideShards } from '../shards/shards.ts';

/** What a registry of a projection belonged to, and what it belongs to now, or would. */
export interface Rebinding {
  readonly from: HeldBinding | undefined;
  readonly to: Binding;
  /** False when it belonged to it already. */
  readonly moved: boolean;
}

/** A consumer that has not given a sign of life for this long counts as gone. */
const feederMaxAgeMs = 5_000;

/**
 * Gives the registry of a projection to the event log and the readers that are configured. No generation is touched and readers
 * stay where they are: the next rebuild makes one of the new log for the new readers. Older ones are no way back from then on.
 *
 * @param fence of the projection's lease; the caller holds it, so that no run works meanwhile
 * @throws RebuildError BUSY while a consumer or shards work on the projection; REFUSED when the configured readers are on something
 *   this registry did not make; BoundElsewhere when another projection has them; TopicMissing; DependencyError. Nothing was
 *   changed then.
 */
export async function rebind(
  projection: Projection,
  { registry, store, kafka, topic: name, topicSetting }: RebuildServers,
  { fence, dryRun }: { readonly fence: Fence; readonly dryRun: boolean },
): Promise<Rebinding> {
  const topic = await describeTopic(kafka, name, { topicSetting });
  const to: Binding = {
    ...{ projection: projection.name, topic: topic.name, clusterId: topic.clusterId },
    ...{ storage: store.kind, readers: store.readers },
  };
  const held = await registry.bindings.list();
  const from = held.find((one) => one.projection === projection.name);
  if (from?.clusterId !== undefined && differences([from], to, kafka.brokers).length === 0)
    return { from, to, moved: false };
  const taken = differences(
    held.filter((one) => one !== from),
    to,
    kafka.brokers,
  );
  if (taken.length > 0) throw new BoundElsewhere(registry.bindings.database, taken);
  await refuseBesideShards(registry, projection.name);
  const generations = await registry.listGenerations({ projection: projection.name });
  const own = new Set<string>(generations.map(({ uuid }) => uuid));
  const feeders = (await registry.liveFeeders(feederMaxAgeMs)).filter(({ attachments }) =>
    attachments.some(({ generation }) => own.has(generation)),
  );
  if (feeders.length > 0) throw fedBy(projection.name, feeders[0]!.feederId);
  const readers = await store.observeReaders();
  const names = readers.kind === 'none' ? [] : readers.kind === 'generation' ? [readers.name] : readers.names;
  const foreign = names.filter((one) => !generations.some((generation) => generation.name === one));
  if (foreign.length > 0) throw readersElsewhere(store.readers, foreign);
  if (!dryRun) await registry.bindings.replace(to, fence);
  return { from, to, moved: true };
}

function fedBy(projection: string, feederId: string): RebuildError {
  return new RebuildError(
    'BUSY',
    `The consumer ${feederId} feeds ${projection} from the log this registry belongs to. Nothing was changed. If that is the one in ` +
      'use, your settings are wrong; if it is to move, stop every consumer first, then run this command again.',
  );
}

function readersElsewhere(readers: string, names: readonly string[]): RebuildError {
  return new RebuildError(
    'REFUSED',
    `Readers of "${readers}" are on ${names.join(', ')}, which this registry did not make. Nothing was changed. Use the read-model ` +
      'database (READ_MODEL_DATABASE_URL) that made it, or choose other readers.',
  );
}
