import {
  BoundElsewhere,
  DependencyError,
  type Generation,
  type HeldBinding,
  type Positions,
  type Run,
} from '@reprise/read-model-indices';
import { projections, type Projection } from '@reprise/read-model-projections';
import {
  exitCodes,
  missingOf,
  orphansOf,
  shardStatus,
  type Receipt,
  type RefusedDocument,
  type ShardedBuildStatus,
} from '@reprise/read-model-rebuild';
import {
  defaultMaxLagMs,
  gatherFacts,
  topicNow,
  verdictOf,
  type GenerationFacts,
  type ReadersFacts,
  type TopicNow,
  type Verdict,
} from '@reprise/read-model-status';
import { jsonText } from '../report/text.ts';
import { readProjections } from '../projection-option.ts';
import { describeStatus } from '../report/status-text.ts';
import { openUnbound, type OpenServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

/** What `status` reports about one projection. Positions and lags are decimal text. */
export interface ProjectionStatus {
  readonly projection: string;
  /** What readers get, in one line, and what to do about it. */
  readonly verdict: Verdict;
  /** What the registry of the projection belongs to; null before its first use. */
  readonly bound: {
    readonly topic: string;
    readonly clusterId: string | null;
    readonly readers: string;
  } | null;
  readonly readers: {
    readonly alias: string;
    readonly on: readonly string[];
    /** What somebody changed about the alias by hand that readers notice. */
    readonly caveats: readonly string[];
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
    /** Age of the oldest of them in seconds; null when it is not known. */
    readonly lagSeconds: number | null;
    /** Live feeders that have partitions of it. */
    readonly feeders: readonly string[];
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
    /** Documents the store refused for good, with the first of them; null when there were none. */
    readonly refused: { readonly documents: number; readonly first: readonly RefusedDocument[] } | null;
  })[];
}

export const statusCommand: Verb = {
  name: 'status',
  description:
    'Says whether readers are served everything the log holds, what to do if not, and what there is.',
  options: [
    ['--projection <name>', 'one projection (default all)'],
    ['--check', 'exit with 2 unless every verdict is OK'],
    ['--verbose', 'also show positions'],
    ['--json', 'print one JSON document on stdout'],
  ],
  examples: ['status', 'status --check --projection product_search --json'],
  async run(options, invocation) {
    const chosen = options.text('projection') === undefined ? projections : readProjections(options);
    const json = options.flag('json');
    const check = options.flag('check');
    const verbose = options.flag('verbose');
    options.finish();
    // The caller wants an answer now that names what is unreachable.
    const servers = await openUnbound(invocation.env, { retryBudgetMs: 2_000 });
    try {
      const mismatch = await mismatchOf(chosen, servers);
      const topic = await topicNow(servers.of(chosen[0]!));
      if ('unreachable' in topic) invocation.stderr(`the lag is unknown: ${topic.unreachable}\n`);
      const statuses = [];
      for (const projection of chosen) statuses.push(await statusOf(projection, servers, topic));
      invocation.stdout(
        json
          ? `${jsonText(statuses, 2)}\n`
          : `${statuses.map((status) => describeStatus(status, verbose)).join('\n\n')}\n`,
      );
      if (mismatch !== undefined) {
        invocation.stderr(`${mismatch.message}\n`);
        return exitCodes.usage;
      }
      const isFine = statuses.every(({ verdict }) => verdict.kind === 'ok');
      return check && !isFine ? exitCodes.refused : exitCodes.done;
    } finally {
      await servers.close();
    }
  },
};

/** Why every other verb refuses this configuration; undefined when none does, or a server that would say is away. */
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
  const own = servers.of(projection);
  const { registry } = own;
  const [bindings, leases, gathered] = await Promise.all([
    registry.bindings.list(),
    registry.heldLeases(projection.name),
    gatherFacts(projection, own, topic),
  ]);
  const { facts, generations, stored, positions, runs } = gathered;
  const atWork = new Set(leases.map(({ runId }) => runId));
  const running = runs.find(({ state, shard }) => state === 'RUNNING' && shard === null) ?? null;
  return {
    projection: projection.name,
    verdict: verdictOf(facts, { maxLagMs: defaultMaxLagMs }),
    bound: boundTo(bindings.find((one) => one.projection === projection.name)),
    readers: readersAsListed(facts.alias, facts.readers),
    generations: generations.map((generation, index) =>
      describeGeneration(generation, facts.generations[index]!, positions.get(generation.uuid)!),
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
      refused: refusedBy(run),
    })),
  };
}

function boundTo(binding: HeldBinding | undefined): ProjectionStatus['bound'] {
  if (binding === undefined) return null;
  const { topic, clusterId, readers } = binding;
  return { topic, clusterId: clusterId ?? null, readers };
}

function readersAsListed(alias: string, readers: ReadersFacts): ProjectionStatus['readers'] {
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

function describeGeneration(
  { name, uuid, state, stateChangedAt, digest }: Generation,
  { lag, untilTs, feeding }: GenerationFacts,
  positions: Positions,
): ProjectionStatus['generations'][number] {
  return {
    ...{ name, uuid, state, since: stateChangedAt.toISOString(), digest, untilTs },
    positions: Object.fromEntries(
      [...positions].map(([partition, position]) => [partition, String(position)]),
    ),
    lag: lag === null ? null : String(lag.events),
    lagSeconds: lag === null || lag.ms === null ? null : Math.round(lag.ms / 1_000),
    feeders: feeding.feeders,
  };
}

/** What the receipt of a run says of refused documents; one of an earlier release says nothing. */
function refusedBy({ receipt }: Run): ProjectionStatus['lastRuns'][number]['refused'] {
  const { documents, refusedDocuments: first = [] } = (receipt ?? {}) as Partial<Receipt>;
  return documents?.refused ? { documents: documents.refused, first: first.slice(0, 3) } : null;
}

function pick<T, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
