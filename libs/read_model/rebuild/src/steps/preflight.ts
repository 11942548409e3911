import {
  DependencyError,
  fingerprintOf,
  type Generation,
  type JsonObject,
} from '@reprise/read-model-indices';
import type { LogSource } from '@reprise/events';
import type { DescribedSource } from '../log/described-source.ts';
import { kafkaSource } from '../kafka/kafka-source.ts';
import { assertBound, assertFormat, describeTopic, type KafkaTopic } from '@reprise/read-model-feed';
import { countLive } from '../gate/live-count.ts';
import { captureLeftOut } from '../left-out/letters-of-run.ts';
import { leaveOut } from '../left-out/leave-out.ts';
import { openEventStoreSource } from '../event-store/event-store-source.ts';
import { shapeSource } from '../log/shape-source.ts';
import { decodePositions, type Checkpoint } from '../resume/checkpoint.ts';
import { takeHalfRead } from '../resume/half-read.ts';
import { chooseSource } from './choose-source.ts';
import { joinShards, type JoinedShards } from './join-shards.ts';
import { ambiguousReaders } from '../cutover/promote.ts';
import { buildRecordOf } from '../cutover/proven-generation.ts';
import { holdsLease, type ReadingRun, type RunContext, type WritingRun } from '../run/run-context.ts';
import { createGeneration, goOnFrom, takeOver } from '../resume/take-over.ts';

/** What a run continues with: its log alone in a dry run, and else the generation that it writes. */
export type Opened =
  | { readonly result: 'ready'; readonly generation: undefined; readonly run: ReadingRun }
  | { readonly result: 'ready'; readonly generation: Generation['state']; readonly run: WritingRun }
  | JoinedShards;

/**
 * Checks that the run can succeed before anything is made, captures the extent of the log, and takes an interrupted
 * generation over or makes a new, empty one.
 *
 * @throws RebuildError HISTORY_INCOMPLETE, USAGE; BoundElsewhere; FormatUnreadable; DependencyError
 */
export async function preflight(context: RunContext): Promise<Opened> {
  const { servers, options } = context;
  // Before the ends of the log: what is created between the two is missing in neither.
  if (options.untilTime === undefined) context.liveBefore = await countLive(servers.store);
  const topic = await describeTopic(servers.kafka, servers.topic, servers);
  // Again, now that Kafka has answered: it may have been away when the run was started.
  await assertBound({
    ...servers,
    models: [{ projection: options.projection, store: servers.store }],
    record: options.mode === 'APPLY',
    identity: { clusterId: topic.clusterId, topicId: topic.id },
  });
  for (const warning of await healthOf(context)) {
    context.warnings.push(warning);
    context.control.onNotice?.(warning);
  }
  const live = await liveGeneration(context);
  const kind = chooseSource(context, topic, live);
  if (kind === 'event-store') await checkEventStore(context);
  // Readers who are on a generation show that the log could be read.
  else if (!live) await assertFormat(servers.kafka, topic, options.projection.events);

  const fingerprint = fingerprintOf(options.projection, topic.id, options.untilTime);
  const wanted = { topic, fingerprint, source: kind };
  const open = (checkpoint?: Checkpoint) => openSource(context, topic, kind, checkpoint);
  if (!holdsLease(context))
    return { result: 'ready', generation: undefined, run: await openRun(context, open) };
  if (context.own) return joinShards(context, context.own, wanted, open);

  const { fence, finishing } = context;
  const resumed = await takeOver(context, wanted, fence, finishing ? 'resume' : options.resume);
  const reading = await openRun(context, () => open(resumed?.checkpoint));
  if (!resumed) {
    const generation = await createGeneration(context, wanted, fence);
    return ready(Object.assign(reading, { fence, generation }));
  }
  const { checkpoint, generation, build } = resumed;
  const run = Object.assign(reading, { fence, generation });
  goOnFrom(run, checkpoint);
  takeHalfRead(run, checkpoint, () => true);
  // From here on it is this run's, also when there is nothing left to build: how it ends decides whether it is resumed again.
  await servers.registry.saveProgress(
    run.runId,
    { checkpoint: checkpoint as unknown as JsonObject, generation: generation.uuid },
    fence,
  );
  if (build && !finishing) await servers.registry.shards.close(build.generation, 'taken-over', fence);
  if (generation.state === 'VERIFIED') await recallProof(run, generation);
  return ready(run);
}

/** What a dry run has no right to do, it does not do: the real run, which may have it, is only warned of. */
async function healthOf({ servers, options, signal }: RunContext): Promise<readonly string[]> {
  try {
    return await servers.store.assertHealthy(signal);
  } catch (error) {
    if (options.mode === 'DRY_RUN' && error instanceof DependencyError && error.readOnly)
      return [error.message];
    throw error;
  }
}

async function openRun(context: RunContext, open: () => Promise<DescribedSource>): Promise<ReadingRun> {
  const run = Object.assign(context, { source: await open() });
  run.progress.plan(run.source.slices);
  return run;
}

function ready(run: WritingRun): Opened {
  return { result: 'ready', generation: run.generation.state, run };
}

/** The generation was proven by the run that this one continues: whatever follows, the receipt shows by what. */
async function recallProof(context: RunContext, generation: Generation): Promise<void> {
  context.digest = generation.digest ?? undefined;
  context.gate = [...(await buildRecordOf(context.servers.registry, generation)).gate];
}

/** The generation readers use now, when the registry knows it. */
async function liveGeneration({ servers }: RunContext): Promise<Generation | undefined> {
  const readers = await servers.store.observeReaders();
  if (readers.kind === 'ambiguous') throw ambiguousReaders(servers.store.readers, readers.names);
  return readers.kind === 'generation' ? servers.registry.findGeneration(readers.name) : undefined;
}

/** Before anything is made: a table that is not what its declaration says refuses the run. */
async function checkEventStore({ servers, options, warnings, control }: RunContext): Promise<void> {
  const { warnings: found } = await servers.eventStore!.opened(options.projection.events);
  for (const warning of found) {
    warnings.push(warning);
    control.onNotice?.(warning);
  }
}

async function openSource(
  context: RunContext,
  topic: KafkaTopic,
  kind: LogSource['kind'],
  checkpoint: Checkpoint | undefined,
): Promise<DescribedSource> {
  const source = await openWhole(context, topic, kind, checkpoint);
  const { servers, options } = context;
  if (checkpoint) context.liveBefore = checkpoint.liveBefore;
  // What an interrupted build has captured, or else what is discarded by now: the set is the same for all of a build.
  const captured = checkpoint && (checkpoint.leftOut ?? {});
  context.leftOut = await captureLeftOut(servers, options.projection.name, source, captured);
  return leaveOut(source, context.leftOut);
}

async function openWhole(
  { servers, options }: RunContext,
  topic: KafkaTopic,
  kind: LogSource['kind'],
  checkpoint: Checkpoint | undefined,
): Promise<DescribedSource> {
  if (kind === 'event-store') {
    const positions = new Map(topic.partitions.map(({ partition, end }) => [partition, end]));
    const source = await openEventStoreSource({
      eventStore: servers.eventStore!,
      topic: { name: topic.name, id: topic.id },
      events: options.projection.events,
      positions,
    });
    return shapeSource(source, options);
  }
  const ends = checkpoint && decodePositions(checkpoint.ends);
  return shapeSource(
    kafkaSource(servers.kafka, ends ? bindEnds(topic, ends) : topic, options.projection.events, {
      onFault: servers.onReadFault,
    }),
    options,
  );
}

/** The same topic with the ends that an interrupted run captured, so that it resumes to the same digest. */
function bindEnds(topic: KafkaTopic, ends: ReadonlyMap<number, bigint>): KafkaTopic {
  return {
    ...topic,
    partitions: topic.partitions
      .filter(({ partition }) => ends.has(partition))
      .map((partition) => ({ ...partition, end: ends.get(partition.partition)! })),
  };
}
