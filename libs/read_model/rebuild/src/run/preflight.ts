import { randomUUID } from 'node:crypto';
import {
  fingerprintOf,
  generationName,
  type Generation,
  type GenerationName,
  type JsonObject,
  type Run,
} from '@reprise/read-model-indices';
import { RebuildError } from '../errors.ts';
import { proveHistoryComplete } from '../kafka/history.ts';
import { kafkaSource } from '../kafka/kafka-source.ts';
import { describeTopic, type KafkaTopic } from '@reprise/read-model-feed';
import { openEventStoreSource } from '../event-store/event-store-source.ts';
import type { LogSource } from '../log/log-source.ts';
import { shapeSource } from '../log/shape-source.ts';
import { decodePositions, readCheckpoint, type Checkpoint, type CheckpointUse } from './checkpoint.ts';
import { dropOwn } from './prune.ts';
import { ambiguousReaders } from './promote.ts';
import { fenceOf, type RunContext } from './run-context.ts';
import type { StepResult } from './run-steps.ts';

/**
 * Checks that the run can succeed before anything is made, captures the extent of the log, and takes an interrupted
 * generation over or makes a new, empty one.
 *
 * @throws RebuildError HISTORY_INCOMPLETE, USAGE; DependencyError
 */
export async function preflight(context: RunContext): Promise<StepResult> {
  const { servers, options } = context;
  const topic = await describeTopic(servers.kafka, servers.topic);
  await servers.store.assertHealthy(context.signal);
  const live = await liveGeneration(context);
  const kind = chooseSource(context, topic, live);

  const { storage, version } = options.projection;
  const fingerprint = fingerprintOf({
    storage,
    projectionVersion: version,
    topicId: topic.id,
    untilTime: options.untilTime,
  });
  const resumed = options.mode === 'DRY_RUN' ? undefined : await takeOver(context, topic, fingerprint, kind);
  context.source = shapeSource(await openSource(context, topic, kind, resumed?.checkpoint), options);
  context.progress.plan(context.source.slices);
  if (options.mode === 'DRY_RUN') return { result: 'ready', generation: undefined };

  if (resumed) {
    context.generation = resumed.generation;
    for (const [slice, tally] of Object.entries(resumed.checkpoint.finished))
      context.tallies.set(Number(slice), tally);
    // From here on it is this run's, also when there is nothing left to build: how it ends decides whether it is resumed again.
    const { checkpoint, generation } = resumed;
    await servers.registry.saveProgress(
      context.runId,
      { checkpoint: checkpoint as unknown as JsonObject, generation: generation.uuid },
      fenceOf(context),
    );
  } else {
    context.generation = await createGeneration(context, topic, fingerprint);
  }
  return { result: 'ready', generation: context.generation.state };
}

/** The generation readers use now, when the registry knows it. */
async function liveGeneration({ servers }: RunContext): Promise<Generation | undefined> {
  const readers = await servers.store.observeReaders();
  if (readers.kind === 'ambiguous') throw ambiguousReaders(servers.store.readers, readers.names);
  return readers.kind === 'generation' ? servers.registry.findGeneration(readers.name) : undefined;
}

type SourceKind = LogSource['kind'];

/** Kafka while it provably holds the whole history; the event store where that was asked for, or allowed by `auto`. */
function chooseSource(context: RunContext, topic: KafkaTopic, live: Generation | undefined): SourceKind {
  const { options, servers, warnings, control } = context;
  if (options.source !== 'kafka' && !servers.eventStore) throw noEventStore();
  if (options.source === 'event-store') return 'event-store';
  const proof = proveHistoryComplete(topic, live?.topicId);
  if (proof.complete) {
    warnings.push(...proof.warnings);
    return 'kafka';
  }
  const problems = proof.problems.join('; ');
  if (options.source === 'auto') {
    warnings.push(
      `rebuilt from the event store, because Kafka no longer holds the whole history: ${problems}`,
    );
    control.onNotice?.(`Kafka no longer holds the whole history (${problems}): reading the event store`);
    return 'event-store';
  }
  throw new RebuildError(
    'HISTORY_INCOMPLETE',
    `Kafka no longer holds the whole history, so a rebuild from it would lose products: ${problems}. ` +
      'Nothing was changed. Rebuild from the permanent log instead: --source event-store.',
  );
}

function noEventStore(): RebuildError {
  return new RebuildError(
    'USAGE',
    'The event store is not configured. Nothing was changed. Set EVENT_STORE_DATABASE_URL, or use --source kafka.',
  );
}

async function openSource(
  { servers }: RunContext,
  topic: KafkaTopic,
  kind: SourceKind,
  checkpoint: Checkpoint | undefined,
): Promise<LogSource> {
  if (kind === 'event-store') {
    const positions = new Map(topic.partitions.map(({ partition, end }) => [partition, end]));
    return openEventStoreSource({
      pool: servers.eventStore!,
      topic: { name: topic.name, id: topic.id },
      positions,
    });
  }
  const ends = checkpoint && decodePositions(checkpoint.ends);
  return kafkaSource(servers.kafka, ends ? bindEnds(topic, ends) : topic);
}

/** The same topic with the ends that an interrupted run captured, so that it goes on to the same digest. */
function bindEnds(topic: KafkaTopic, ends: ReadonlyMap<number, bigint>): KafkaTopic {
  return {
    ...topic,
    partitions: topic.partitions
      .filter(({ partition }) => ends.has(partition))
      .map((partition) => ({ ...partition, end: ends.get(partition.partition)! })),
  };
}

async function takeOver(
  context: RunContext,
  topic: KafkaTopic,
  fingerprint: string,
  source: SourceKind,
): Promise<{ checkpoint: Checkpoint; generation: Generation } | undefined> {
  const { options, servers, control } = context;
  const { registry } = servers;
  const interrupted = await registry.interruptedRun(options.projection.name);
  const generation = interrupted?.generation
    ? await registry.findGeneration(interrupted.generation)
    : undefined;
  const isRefused =
    interrupted && generation?.state === 'BUILT' && (await wasRefused(context, generation, interrupted));
  const use: CheckpointUse | undefined = isRefused
    ? { usable: false, reason: 'a later run finished its build and the gate refused it' }
    : interrupted && options.resume !== 'restart'
      ? readCheckpoint(interrupted.checkpoint, {
          generation,
          fingerprint,
          topicId: topic.id,
          source,
        })
      : undefined;
  const meta = use?.usable && generation ? await servers.store.meta(generation.name) : undefined;
  if (use?.usable && generation && meta?.uuid === generation.uuid) {
    control.onNotice?.(
      `resuming run ${interrupted!.runId}: ${Object.keys(use.checkpoint.finished).length} slices are done`,
    );
    await abandonLeftovers(context, generation.uuid);
    return { checkpoint: use.checkpoint, generation };
  }
  if (interrupted && options.resume !== 'restart') {
    const reason = use && !use.usable ? use.reason : 'its index or table is gone';
    if (options.resume === 'resume')
      throw nothingToResume(`run ${interrupted.runId} cannot be resumed: ${reason}`);
    control.onNotice?.(
      `run ${interrupted.runId} was interrupted and cannot be resumed (${reason}): starting anew`,
    );
  } else if (options.resume === 'resume') {
    throw nothingToResume('there is no interrupted run of this projection');
  }
  await abandonLeftovers(context, undefined);
  return undefined;
}

/** Whether a run that went on with the interrupted one's generation was refused: it would be again, however often it is resumed. */
async function wasRefused(
  { servers, options }: RunContext,
  { uuid }: Generation,
  { runId }: Pick<Run, 'runId'>,
): Promise<boolean> {
  const runs = await servers.registry.listRuns({ projection: options.projection.name, limit: 50 });
  return runs.some((run) => run.runId !== runId && run.generation === uuid && run.state === 'FAILED');
}

/** Generations of dead runs that nobody reads or feeds: given up, and their index or table deleted. */
async function abandonLeftovers(context: RunContext, keep: string | undefined): Promise<void> {
  const { registry, store } = context.servers;
  const projection = context.options.projection.name;
  const leftovers = await registry.listGenerations({
    projection,
    states: ['BUILDING', 'INTERRUPTED', 'ABANDONED'],
  });
  for (const { uuid, name } of leftovers) {
    if (uuid === keep) continue;
    const fence = fenceOf(context);
    await registry.moveGeneration(uuid, ['BUILDING', 'INTERRUPTED'], 'ABANDONED', { fence });
    await dropOwn(store, { uuid, name });
    await registry.moveGeneration(uuid, ['ABANDONED'], 'PRUNED', { fence });
    context.control.onNotice?.(`deleted ${name}, the unfinished build of an earlier run`);
  }
}

function nothingToResume(why: string): RebuildError {
  return new RebuildError(
    'USAGE',
    `${why}. Nothing was changed. Leave --resume out to build a new generation.`,
  );
}

async function createGeneration(
  context: RunContext,
  topic: KafkaTopic,
  fingerprint: string,
): Promise<Generation> {
  const { options, servers, runId, startedAt } = context;
  const { name: projection, version: projectionVersion, storage } = options.projection;
  const known = await servers.registry.listGenerations({ projection });
  const taken = new Set<GenerationName>([
    ...(await servers.store.list()),
    ...known.map((generation) => generation.name),
  ]);
  const name = generationName(storage.schemaVersion, projection, startedAt, fingerprint, (candidate) =>
    taken.has(candidate),
  );
  const uuid = randomUUID();
  const generation = await servers.registry.createGeneration(
    {
      uuid,
      projection,
      name,
      storage: storage.kind,
      fingerprint,
      projectionVersion,
      topic: topic.name,
      topicId: topic.id,
      runId,
    },
    fenceOf(context),
  );
  await servers.store.create(name, { uuid, projection, projectionVersion, fingerprint });
  return generation;
}
