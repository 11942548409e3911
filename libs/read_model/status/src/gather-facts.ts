import { describeTopic, type KafkaConnection, type KafkaTopic } from '@reprise/read-model-feed';
import {
  DependencyError,
  fedStates,
  fingerprintOf,
  isSameLog,
  type Generation,
  type GenerationName,
  type GenerationStore,
  type LiveFeeder,
  type Positions,
  type Registry,
  type Run,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { answered, type Dependency } from './answered.ts';
import type { GenerationFacts, ReadModelFacts, ReadersFacts, WriteSideFacts } from './facts.ts';
import { feedingOf } from './feeding.ts';
import { measureLag } from './lag.ts';

/** What one read model is looked at with. Give stores and registry a short budget: the caller wants an answer now. */
export interface StatusServers {
  readonly kafka: KafkaConnection;
  readonly topic: string;
  readonly registry: Registry;
  readonly store: GenerationStore;
  /** Measures what was committed and not published; undefined where the write side is not configured. */
  readonly writeSide?: (() => Promise<WriteSideFacts>) | undefined;
  /** Milliseconds after which a server that accepts connections and does not answer counts as unreachable; no limit if left out. */
  readonly withinMs?: number;
}

/** The topic as it is now, or why that is not known. */
export type TopicNow = { readonly description: KafkaTopic } | { readonly unreachable: string };

/** Describes the topic for several read models at once. */
export async function topicNow({
  kafka,
  topic,
  withinMs,
}: Pick<StatusServers, 'kafka' | 'topic' | 'withinMs'>): Promise<TopicNow> {
  try {
    // A while longer than the topic may take: what is wrong with a broker is asked for once more.
    const patienceMs = withinMs === undefined ? undefined : withinMs + 1_000;
    return { description: await answered('kafka', describeTopic(kafka, topic, { withinMs }), patienceMs) };
  } catch (error) {
    return { unreachable: messageOf(error) };
  }
}

/** What is known of a read model at one moment, and what the facts were made from. */
export interface GatheredFacts {
  readonly facts: ReadModelFacts;
  /** The registry's entries that were not pruned, in the order of `facts.generations`. */
  readonly generations: readonly Generation[];
  /** Feeders that gave a sign of life within the last hour. */
  readonly feeders: readonly LiveFeeder[];
  /** All that is stored under names of generations; null when the store could not say. */
  readonly stored: readonly GenerationName[] | null;
  /** Next offset to read of each partition, by uuid of the generation. */
  readonly positions: ReadonlyMap<string, Positions>;
  /** Why what waits on the write side is not known; null when it is, or is not configured. */
  readonly writeSideFault: string | null;
  /** The latest runs, newest first. */
  readonly runs: readonly Run[];
  /** Those of each generation by its uuid, newest first, however many came after them. */
  readonly runsOf: ReadonlyMap<string, readonly Run[]>;
}

/** Runs that are read: the latest of the read model, and of a generation where none of those is its own. */
const runsLookedThrough = 50;
const runsOfGeneration = 10;
const feedersSeenWithinMs = 3_600_000;

/**
 * Looks at registry, store, log and write side. What does not answer is named in the facts; only the registry has to.
 *
 * @throws DependencyError when the registry does not answer
 */
export async function gatherFacts(
  projection: Projection,
  servers: StatusServers,
  topic: TopicNow,
): Promise<GatheredFacts> {
  const { registry, store, kafka, withinMs } = servers;
  const asked = <T>(dependency: Dependency, ask: Promise<T>) => answered(dependency, ask, withinMs);
  const fromRegistry = asked(
    'postgres',
    Promise.all([
      registry.listGenerations({ projection: projection.name }),
      registry.listRuns({ projection: projection.name, limit: runsLookedThrough }),
      registry.liveFeeders(feedersSeenWithinMs),
      registry.now(),
    ]),
  );
  const [[listed, runs, feeders, now], observed, names, written] = await Promise.all([
    fromRegistry,
    orFault(asked(store.kind, store.observeReaders())),
    orFault(asked(store.kind, store.list())),
    servers.writeSide ? orFault(asked('postgres', servers.writeSide())) : null,
  ]);
  const readers: ReadersFacts =
    'answer' in observed ? observed.answer : { kind: 'unknown', why: observed.fault };
  const stored = 'answer' in names ? names.answer : null;
  const generations = listed.filter(({ state }) => state !== 'PRUNED');
  const positions = new Map(
    await asked(
      'postgres',
      Promise.all(generations.map(async ({ uuid }) => [uuid, await registry.positions(uuid)] as const)),
    ),
  );
  const runsOf = new Map(
    await asked(
      'postgres',
      Promise.all(generations.map(async ({ uuid }) => [uuid, await ownRuns(registry, uuid, runs)] as const)),
    ),
  );
  const description = 'description' in topic ? topic.description : undefined;
  const described = generations.map(async (generation): Promise<GenerationFacts> => {
    const { name, uuid, state, topicId, fingerprint, digest } = generation;
    const own = positions.get(uuid)!;
    // Partitions a feeder has to have: those of the topic, or where that is not known those the generation has positions of.
    const partitions = description?.partitions.map(({ partition }) => partition) ?? [...own.keys()];
    const isSame = !description || isSameLog(generation, projection, description);
    return {
      name,
      uuid,
      state,
      ownFingerprint: fingerprint === fingerprintOf(projection, topicId),
      stored: stored && stored.includes(name),
      lag:
        description && fedStates.includes(state) && isSame
          ? await measureLag(kafka, description, topicId, own, now.getTime(), withinMs)
          : null,
      ...(description?.id === topicId && !isSame && { repartitioned: true }),
      feeding: feedingOf(uuid, feeders, partitions),
      proven: digest !== null,
      untilTs: untilTsOf(runsOf.get(uuid)!),
    };
  });
  const heldBack = description
    ? await asked(
        'postgres',
        registry.blocked.count({ topicId: description.id, projection: projection.name }),
      )
    : null;
  return {
    facts: {
      projection: projection.name,
      alias: store.readers,
      readers,
      generations: await Promise.all(described),
      heldBack,
      writeSide: written && 'answer' in written ? written.answer : null,
      logUnreachable: 'unreachable' in topic ? topic.unreachable : null,
    },
    generations,
    feeders,
    stored,
    positions,
    writeSideFault: written && 'fault' in written ? written.fault : null,
    ...{ runs, runsOf },
  };
}

/**
 * Runs that built a generation, newest first.
 *
 * @param latest runs that are known already; its own are asked for where none that built it is among them
 */
async function ownRuns(registry: Registry, uuid: string, latest: readonly Run[]): Promise<readonly Run[]> {
  const known = latest.filter(({ generation }) => generation === uuid);
  return known.some(({ checkpoint }) => checkpoint !== null)
    ? known
    : registry.listRuns({ generation: uuid, limit: runsOfGeneration });
}

/** The moment a generation is as of, from the checkpoints of the runs that built it; null where it holds everything. */
function untilTsOf(runs: readonly Run[]): string | null {
  const moment = runs.find(({ checkpoint }) => typeof checkpoint?.['untilTs'] === 'string');
  return (moment?.checkpoint?.['untilTs'] as string | undefined) ?? null;
}

/** What a server says, or why it does not. */
async function orFault<T>(asked: Promise<T>): Promise<{ readonly answer: T } | { readonly fault: string }> {
  try {
    return { answer: await asked };
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error;
    return { fault: error.message };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
