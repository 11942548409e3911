import {
  TopicMissing,
  type KafkaConnection,
  type KafkaTopic,
  type OpenLetters,
} from '@reprise/read-model-feed';
import {
  DependencyError,
  type Generation,
  type GenerationStore,
  type HeldBinding,
  type LiveFeeder,
  type Positions,
  type Registry,
  type Run,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { answered } from './answered.ts';
import type { GenerationFacts, ReadersFacts, WriteSideFacts } from './facts.ts';
import { gatherFacts, topicNow, type GatheredFacts, type TopicNow } from './gather-facts.ts';
import type { FeederStatus, GenerationStatus, ReadModelStatus } from './read-model-status.ts';
import { projectionChange } from './projection-change.ts';
import { failedChecksOf, runStatus } from './run-status.ts';
import { shardStatus } from './sharded-build.ts';
import { missingOf, orphansOf } from './stored.ts';
import { defaultMaxLagMs, verdictOf } from './verdict.ts';

/** Which read models are looked at, and with what. */
export interface StatusRequest {
  readonly models: readonly { readonly projection: Projection; readonly store: GenerationStore }[];
  readonly kafka: KafkaConnection;
  readonly topic: string;
  readonly registry: Registry;
  /** Measures what was committed and not published (`measureWriteSide`); left out where the event store is not configured. */
  readonly writeSide?: () => Promise<WriteSideFacts>;
  /** Counts the open dead letters of one projection (`countOpenLetters`) and the log `events`. */
  readonly letters?: (
    projection: Projection,
    events: KafkaTopic,
    signal: AbortSignal,
  ) => Promise<OpenLetters>;
  /** Counts the tasks of the repair queue of one projection. */
  readonly repairs?: (projection: string) => Promise<NonNullable<ReadModelStatus['repairs']>>;
  /** Age of the oldest event that readers may lack, in milliseconds, for a read model to count as fresh. Default 30 s. */
  readonly maxLagMs?: number;
  /** Milliseconds after which a server that does not answer counts as unreachable. Default 3 s: all is said within 10 s then. */
  readonly withinMs?: number;
}

const runsShown = 5;

/**
 * All that is known of read models now, with a verdict on each: what `./reprise status` shows, for a page or a program. Reads only. A
 * server that does not answer is named in the result; only the registry has to answer.
 *
 * @throws DependencyError when the registry does not answer
 */
export async function readStatus(request: StatusRequest): Promise<ReadModelStatus[]> {
  const { withinMs = 3_000 } = request;
  const topic = await topicNow({ ...request, withinMs });
  // One write side behind all read models: it is measured once.
  let measured: Promise<WriteSideFacts> | undefined;
  const { writeSide } = request;
  const asked = { ...request, withinMs, ...(writeSide && { writeSide: () => (measured ??= writeSide()) }) };
  return Promise.all(request.models.map((model) => statusOf(model, asked, topic)));
}

async function statusOf(
  { projection, store }: StatusRequest['models'][number],
  request: StatusRequest & { readonly withinMs: number },
  topic: TopicNow,
): Promise<ReadModelStatus> {
  const { registry, withinMs, maxLagMs = defaultMaxLagMs } = request;
  const { name } = projection;
  const fromRegistry = Promise.all([
    registry.bindings.list(),
    registry.heldLeases(name),
    shardStatus(registry, name),
    request.repairs?.(name) ?? null,
    registry.now(),
  ]);
  const [[bindings, leases, shards, repairs, now], gathered, letters] = await Promise.all([
    answered('postgres', fromRegistry, withinMs),
    gatherFacts(projection, { ...request, store }, topic),
    openLetters(projection, request, topic),
  ]);
  const { facts, generations, feeders, stored, positions, runs, runsOf, writeSideFault } = gathered;
  const running = new Set(leases.map(({ runId }) => runId));
  const current = runs.find(({ state, shard }) => state === 'RUNNING' && shard === null) ?? null;
  const names = new Map(generations.map(({ uuid, name: generation }) => [uuid, generation]));
  const secondsSince = (moment: Date) => seconds(now.getTime() - moment.getTime());
  return {
    projection: name,
    verdict: verdictOf(facts, { maxLagMs }),
    versions: projection.events.versions,
    bound: boundTo(bindings.find((one) => one.projection === name)),
    readers: readersAsListed(facts.alias, facts.readers),
    change: changeOf(projection, gathered),
    generations: generations.map((generation, index) => ({
      ...generationStatus(generation, facts.generations[index]!, positions.get(generation.uuid)!),
      sinceSeconds: secondsSince(generation.stateChangedAt),
      feeders: feedersOf(generation, feeders),
      refusedBy: refusedBy(generation, runsOf.get(generation.uuid)!),
    })),
    orphans: stored && orphansOf(stored, generations),
    missing: stored && missingOf(stored, generations),
    heldBack: facts.heldBack,
    letters,
    repairs: repairs && {
      open: repairs.open,
      failed: repairs.failed,
      oldestOpenSeconds: repairs.oldestOpenSeconds,
    },
    writeSide: facts.writeSide,
    writeSideFault,
    logUnreachable: facts.logUnreachable,
    running: current && {
      runId: current.runId,
      startedAt: current.startedAt,
      savedAt: current.savedAt,
      host: current.host,
      pid: current.pid,
      progress: current.progress,
      lost: !running.has(current.runId),
      sinceSeconds: secondsSince(current.startedAt),
    },
    shards,
    lastRuns: runs.slice(0, runsShown).map((run) => runStatus(run, { running, names, secondsSince })),
  };
}

/** Null when a server of theirs is away, which the verdict and the lag name, or takes too long for so many. */
async function openLetters(
  projection: Projection,
  { letters, withinMs }: StatusRequest & { readonly withinMs: number },
  topic: TopicNow,
): Promise<OpenLetters | null> {
  if (!letters || !('description' in topic)) return null;
  const stop = new AbortController();
  try {
    return await answered('kafka', letters(projection, topic.description, stop.signal), withinMs);
  } catch (error) {
    if (error instanceof DependencyError || error instanceof TopicMissing) return null;
    throw error;
  } finally {
    stop.abort();
  }
}

function boundTo(binding: HeldBinding | undefined): ReadModelStatus['bound'] {
  if (binding === undefined) return null;
  const { topic, clusterId, readers } = binding;
  return { topic, clusterId: clusterId ?? null, readers };
}

function changeOf(projection: Projection, { facts, generations }: GatheredFacts): ReadModelStatus['change'] {
  const { readers } = facts;
  const at = generations.findIndex(({ name }) => readers.kind === 'generation' && name === readers.name);
  return projectionChange(projection, generations[at], facts.generations[at]?.untilTs ?? null) ?? null;
}

function readersAsListed(alias: string, readers: ReadersFacts): ReadModelStatus['readers'] {
  switch (readers.kind) {
    case 'none':
      return { alias, on: [], caveats: [], unreachable: null };
    case 'generation':
      return { alias, on: [readers.name], caveats: readers.caveats ?? [], unreachable: null };
    case 'ambiguous':
      return { alias, on: readers.names, caveats: [], unreachable: null };
    case 'unknown':
      return { alias, on: [], caveats: [], unreachable: readers.why };
  }
}

function generationStatus(
  { name, uuid, state, stateChangedAt, digest, fingerprint, projectionVersion }: Generation,
  { lag, untilTs, stored, feeding: { unfed } }: GenerationFacts,
  positions: Positions,
): Omit<GenerationStatus, 'sinceSeconds' | 'feeders' | 'refusedBy'> {
  return {
    ...{
      name,
      uuid,
      state,
      since: stateChangedAt,
      fingerprint,
      projectionVersion,
      digest,
      untilTs,
      stored,
      unfed,
    },
    positions: Object.fromEntries(
      [...positions].map(([partition, position]) => [partition, Number(position)]),
    ),
    lag: lag === null ? null : Number(lag.events),
    lagSeconds: lag === null || lag.ms === null ? null : seconds(lag.ms),
  };
}

function feedersOf({ uuid }: Generation, feeders: readonly LiveFeeder[]): FeederStatus[] {
  return feeders.flatMap(({ feederId, silentMs, attachments }) => {
    const partitions = attachments.find(({ generation }) => generation === uuid)?.partitions ?? [];
    return partitions.length === 0 ? [] : [{ feederId, silentSeconds: seconds(silentMs), partitions }];
  });
}

/** What the newest run of a generation that was not promoted says of its gate. */
function refusedBy({ state }: Generation, runs: readonly Run[]): string[] {
  if (state !== 'BUILT' && state !== 'FAILED') return [];
  const run = runs.find(({ receipt }) => receipt !== null);
  return run ? failedChecksOf(run) : [];
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1_000));
}
