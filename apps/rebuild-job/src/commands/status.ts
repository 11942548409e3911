import { describeTopic, type KafkaTopic } from '@reprise/read-model-feed';
import {
  BoundElsewhere,
  DependencyError,
  type Generation,
  type GenerationName,
  type GenerationStore,
  type HeldBinding,
  type Registry,
  type Run,
} from '@reprise/read-model-indices';
import { projections, type Projection } from '@reprise/read-model-projections';
import {
  exitCodes,
  missingOf,
  orphansOf,
  positionLag,
  shardStatus,
  type RebuildServers,
  type ShardedBuildStatus,
} from '@reprise/read-model-rebuild';
import { jsonText } from '../report/text.ts';
import { readProjections } from '../projection-option.ts';
import { describeStatus } from '../report/status-text.ts';
import { openUnbound, type OpenServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

/** What `status` tells of one projection. Positions and lags are decimal text. */
export interface ProjectionStatus {
  readonly projection: string;
  /** What the registry of the projection belongs to; null before its first use. */
  readonly bound: {
    readonly topic: string;
    readonly clusterId: string | null;
    readonly readers: string;
  } | null;
  readonly readers: {
    readonly alias: string;
    readonly on: readonly string[];
    /** Why it is not known where readers are; null when it is. */
    readonly unreachable: string | null;
  };
  readonly generations: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly state: string;
    readonly since: string;
    readonly digest: string | null;
    /** Moment it is as of; null when it holds everything. */
    readonly untilTs: string | null;
    readonly positions: Readonly<Record<string, string>>;
    /** Records of the log that the generation does not hold yet; null when the topic is another one now, or not reachable. */
    readonly lag: string | null;
  }[];
  /** Indices or tables named like generations that no registry entry owns; null when the store is not reachable. */
  readonly orphans: readonly string[] | null;
  /** Generations whose index or table is gone. */
  readonly missing: readonly string[] | null;
  readonly running:
    | (Pick<Run, 'runId' | 'startedAt' | 'savedAt' | 'host' | 'pid' | 'progress'> & {
        /** Its process is gone: the next rebuild takes over. */
        readonly lost: boolean;
      })
    | null;
  /** The open build of several shards, if there is one. */
  readonly shards: ShardedBuildStatus | null;
  readonly lastRuns: readonly (Pick<Run, 'runId' | 'outcome' | 'exitCode' | 'startedAt' | 'endedAt'> & {
    readonly state: Run['state'] | 'LOST';
  })[];
}

export const statusCommand: Verb = {
  name: 'status',
  description: 'Shows generations, positions, lag, the run at work and the last receipts.',
  options: [
    ['--projection <name>', 'one projection (default all)'],
    ['--json', 'print one JSON document on stdout'],
  ],
  examples: ['rebuild-job status', 'rebuild-job status --projection product_search --json'],
  async run(options, invocation) {
    const chosen = options.text('projection') === undefined ? projections : readProjections(options);
    const json = options.flag('json');
    options.finish();
    // Whoever asks wants an answer now, with what is unreachable named in it.
    const servers = await openUnbound(invocation.env, { retryBudgetMs: 2_000 });
    try {
      const mismatch = await mismatchOf(chosen, servers);
      const topic = await topicNow(servers.of(chosen[0]!));
      if ('unreachable' in topic) invocation.stderr(`lag is not known: ${topic.unreachable}\n`);
      const statuses = [];
      for (const projection of chosen) statuses.push(await statusOf(projection, servers, topic));
      invocation.stdout(
        json ? `${jsonText(statuses, 2)}\n` : `${statuses.map(describeStatus).join('\n\n')}\n`,
      );
      if (mismatch === undefined) return exitCodes.done;
      invocation.stderr(`${mismatch.message}\n`);
      return exitCodes.usage;
    } finally {
      await servers.close();
    }
  },
};

/** Why every other verb refuses this configuration; undefined when none does, or a server that would tell is away. */
async function mismatchOf(
  chosen: readonly Projection[],
  servers: OpenServers,
): Promise<BoundElsewhere | undefined> {
  try {
    await servers.assertBound(chosen, false);
    return undefined;
  } catch (error) {
    if (error instanceof BoundElsewhere) return error;
    if (!(error instanceof DependencyError)) throw error;
    return undefined;
  }
}

async function statusOf(
  projection: Projection,
  servers: OpenServers,
  topic: TopicNow,
): Promise<ProjectionStatus> {
  const { registry, store } = servers.of(projection);
  const [bindings, generations, runs, leases] = await Promise.all([
    registry.bindings.list(),
    registry.listGenerations({ projection: projection.name }),
    registry.listRuns({ projection: projection.name, limit: 50 }),
    registry.heldLeases(projection.name),
  ]);
  const atWork = new Set(leases.map(({ runId }) => runId));
  const running = runs.find(({ state, shard }) => state === 'RUNNING' && shard === null) ?? null;
  const [readers, stored] = await Promise.all([readersOf(store), listStored(store)]);
  return {
    projection: projection.name,
    bound: boundTo(bindings.find((one) => one.projection === projection.name)),
    readers,
    generations: await Promise.all(
      generations
        .filter(({ state }) => state !== 'PRUNED')
        .map((generation) => describeGeneration(generation, registry, topic, runs)),
    ),
    orphans: stored && orphansOf(stored, generations),
    missing: stored && missingOf(stored, generations),
    running: running && {
      ...pick(running, 'runId', 'startedAt', 'savedAt', 'host', 'pid', 'progress'),
      lost: !atWork.has(running.runId),
    },
    shards: await shardStatus(registry, projection.name),
    lastRuns: runs.slice(0, 5).map((run) => ({
      ...pick(run, 'runId', 'outcome', 'exitCode', 'startedAt', 'endedAt'),
      state: run.state === 'RUNNING' && !atWork.has(run.runId) ? 'LOST' : run.state,
    })),
  };
}

function boundTo(binding: HeldBinding | undefined): ProjectionStatus['bound'] {
  if (binding === undefined) return null;
  const { topic, clusterId, readers } = binding;
  return { topic, clusterId: clusterId ?? null, readers };
}

/** The topic as it is now, or why that cannot be told. */
type TopicNow = { readonly description: KafkaTopic } | { readonly unreachable: string };

async function topicNow({ kafka, topic }: Pick<RebuildServers, 'kafka' | 'topic'>): Promise<TopicNow> {
  try {
    return { description: await describeTopic(kafka, topic) };
  } catch (error) {
    return { unreachable: error instanceof Error ? error.message : String(error) };
  }
}

async function readersOf(store: GenerationStore): Promise<ProjectionStatus['readers']> {
  try {
    const readers = await store.observeReaders();
    const on = {
      none: [],
      generation: 'name' in readers ? [readers.name] : [],
      ambiguous: 'names' in readers ? readers.names : [],
    };
    return { alias: store.readers, on: on[readers.kind], unreachable: null };
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error;
    return { alias: store.readers, on: [], unreachable: error.message };
  }
}

async function listStored(store: GenerationStore): Promise<readonly GenerationName[] | null> {
  try {
    return await store.list();
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error;
    return null;
  }
}

async function describeGeneration(
  generation: Generation,
  registry: Registry,
  topic: TopicNow,
  runs: readonly Run[],
): Promise<ProjectionStatus['generations'][number]> {
  const positions = await registry.positions(generation.uuid);
  const lag =
    'description' in topic ? positionLag(topic.description, generation.topicId, positions) : undefined;
  return {
    name: generation.name,
    uuid: generation.uuid,
    state: generation.state,
    since: generation.stateChangedAt.toISOString(),
    digest: generation.digest,
    untilTs: untilTsOf(runs, generation),
    positions: Object.fromEntries(
      [...positions].map(([partition, position]) => [partition, String(position)]),
    ),
    lag: lag === undefined ? null : String(lag),
  };
}

/** The moment a generation is as of, from the checkpoints of the runs that built it. */
function untilTsOf(runs: readonly Run[], { uuid }: Generation): string | null {
  for (const { generation, checkpoint } of runs) {
    const untilTs = checkpoint?.['untilTs'];
    if (generation === uuid && typeof untilTs === 'string') return untilTs;
  }
  return null;
}

function pick<T, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
