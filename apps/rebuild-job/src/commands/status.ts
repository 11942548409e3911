import type { Generation, GenerationStore, Registry, Run } from '@reprise/read-model-indices';
import { projections, type Projection } from '@reprise/read-model-projections';
import {
  exitCodes,
  positionLag,
  shardStatus,
  type KafkaConnection,
  type ShardedBuildStatus,
} from '@reprise/read-model-rebuild';
import { readProjections } from '../projection-option.ts';
import { describeStatus } from '../report/status-text.ts';
import { openServers, type OpenServers } from '../servers.ts';
import type { Verb } from '../verb.ts';

/** What `status` tells of one projection. Positions and lags are decimal text. */
export interface ProjectionStatus {
  readonly projection: string;
  readonly readers: { readonly alias: string; readonly on: readonly string[] };
  readonly generations: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly state: string;
    readonly since: string;
    readonly digest: string | null;
    readonly positions: Readonly<Record<string, string>>;
    /** Records of the log that the generation does not hold yet; null when the topic is another one now. */
    readonly lag: string | null;
  }[];
  readonly running: Pick<Run, 'runId' | 'startedAt' | 'host' | 'pid' | 'progress'> | null;
  /** The open build of several shards, if there is one. */
  readonly shards: ShardedBuildStatus | null;
  readonly lastRuns: readonly Pick<
    Run,
    'runId' | 'state' | 'outcome' | 'exitCode' | 'startedAt' | 'endedAt'
  >[];
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
    const servers = await openServers(invocation.env);
    try {
      const statuses = [];
      for (const projection of chosen) statuses.push(await statusOf(projection, servers));
      invocation.stdout(
        json ? `${JSON.stringify(statuses, null, 2)}\n` : `${statuses.map(describeStatus).join('\n\n')}\n`,
      );
      return exitCodes.done;
    } finally {
      await servers.close();
    }
  },
};

async function statusOf(projection: Projection, servers: OpenServers): Promise<ProjectionStatus> {
  const { registry, store, kafka, topic } = servers.of(projection);
  const [generations, runs] = await Promise.all([
    registry.listGenerations({ projection: projection.name }),
    registry.listRuns({ projection: projection.name, limit: 5 }),
  ]);
  const running = runs.find(({ state, shard }) => state === 'RUNNING' && shard === null) ?? null;
  return {
    projection: projection.name,
    readers: await readersOf(store),
    generations: await Promise.all(
      generations
        .filter(({ state }) => state !== 'PRUNED')
        .map((generation) => describeGeneration(generation, registry, kafka, topic)),
    ),
    running: running && pick(running, 'runId', 'startedAt', 'host', 'pid', 'progress'),
    shards: await shardStatus(registry, projection.name),
    lastRuns: runs.map((run) => pick(run, 'runId', 'state', 'outcome', 'exitCode', 'startedAt', 'endedAt')),
  };
}

async function readersOf(store: GenerationStore): Promise<ProjectionStatus['readers']> {
  const readers = await store.observeReaders();
  const on = {
    none: [],
    generation: 'name' in readers ? [readers.name] : [],
    ambiguous: 'names' in readers ? readers.names : [],
  };
  return { alias: store.readers, on: on[readers.kind] };
}

async function describeGeneration(
  generation: Generation,
  registry: Registry,
  kafka: KafkaConnection,
  topic: string,
): Promise<ProjectionStatus['generations'][number]> {
  const positions = await registry.positions(generation.uuid);
  const lag = await positionLag(kafka, topic, generation.topicId, positions);
  return {
    name: generation.name,
    uuid: generation.uuid,
    state: generation.state,
    since: generation.stateChangedAt.toISOString(),
    digest: generation.digest,
    positions: Object.fromEntries(
      [...positions].map(([partition, position]) => [partition, String(position)]),
    ),
    lag: lag === undefined ? null : String(lag),
  };
}

function pick<T, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
