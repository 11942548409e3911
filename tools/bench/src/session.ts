import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { createElasticsearchClient } from '@reprise/elasticsearch';
import { runReadModelMigrations } from '@reprise/read-model-indices';
import { readConfiguration } from '@reprise/runtime';
import { ownKey } from '@reprise/start';
import { runInChild, startTogether } from './child/run-in-child.ts';
import type { Answer, ContenderName, Task, TaskOptions, Workload } from './child/task.ts';
import { deleteIndices } from './servers/indices.ts';
import { createScratchDatabase } from './servers/scratch-database.ts';
import { deleteTopic, topicContent, workloadOf } from './servers/topic.ts';

/** Where a benchmark reports to and what ends it. */
export interface BenchmarkRun {
  readonly signal: AbortSignal;
  /** Progress lines. */
  readonly progress: (line: string) => void;
  /** Lines of the result. */
  readonly print: (line: string) => void;
}

/** The servers as one benchmark uses them: with its own names, and each contender in its own process. */
export interface Session {
  /** The prefix of everything it makes. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly client: Client;
  /** The run's own read-model database, migrated. */
  readonly readDatabaseUrl: string;
  /** What a contender's indices and aliases are called after. */
  namespaceOf(contender: ContenderName, round?: string): string;
  /** Runs a contender on a log, in its namespace of that round. */
  run(contender: ContenderName, log: Workload, round?: string, options?: TaskOptions): Promise<Answer>;
  /** Runs several of them side by side in one namespace; none begins before all have loaded their code. */
  runTogether(
    contender: ContenderName,
    log: Workload,
    round: string,
    each: readonly TaskOptions[],
  ): Promise<Answer[]>;
  /** Fills the log's topic, unless an earlier benchmark did. */
  fill(log: Workload): Promise<void>;
  /** Deletes the indices of everything that ran, so that the servers do not keep working on them during what comes next. */
  deleteIndices(): Promise<void>;
  /** Has something undone at the end, however that comes about; what was done last is undone first. */
  atEnd(undo: () => Promise<unknown>): void;
}

/** Events of the run before the measured ones. */
const warmUpEvents = 20_000;
/** Logs this small are for trying a benchmark out: their figures say nothing, warm or cold. */
const tinyEvents = 2_000;

/** Opens a session, hands it to `work`, and deletes its indices and its database afterwards, however that ended. */
export async function inSession(run: BenchmarkRun, work: (session: Session) => Promise<void>): Promise<void> {
  const { kafka, elasticsearch, readModelDatabaseOwner } = readConfiguration(process.env, [
    'kafka',
    'elasticsearch',
    'readModelDatabaseOwner',
  ]);
  // Inherited by the applications and the clients that a benchmark starts.
  Object.assign(process.env, ownKey());
  const name = `bench_${randomBytes(4).toString('hex')}`;
  const undoing: (() => Promise<unknown>)[] = [];
  const namespaceOf: Session['namespaceOf'] = (contender, round = '') =>
    `${name}_${contender.replaceAll('-', '_')}${round}`;
  const database = await createScratchDatabase(name, readModelDatabaseOwner.url, process.env, (url) =>
    runReadModelMigrations(url),
  );
  const client = createElasticsearchClient(elasticsearch);
  const taskOf = (
    contender: ContenderName,
    workload: Workload,
    round?: string,
    options?: TaskOptions,
  ): Task => ({
    contender,
    workload,
    namespace: namespaceOf(contender, round),
    readDatabaseUrl: database.url,
    ...options,
  });
  const session: Session = {
    name,
    signal: run.signal,
    client,
    readDatabaseUrl: database.url,
    namespaceOf,
    run: (...task) => runInChild(taskOf(...task), run.signal),
    async runTogether(contender, log, round, each) {
      const stop = new AbortController();
      const signal = AbortSignal.any([run.signal, stop.signal]);
      const start = startTogether(each.length);
      try {
        return await Promise.all(
          each.map((options) => runInChild(taskOf(contender, log, round, options), signal, start)),
        );
      } finally {
        // After the first failure the others have nobody to work for.
        stop.abort();
      }
    },
    async fill(log) {
      const content = await topicContent(kafka, log);
      if (content === 'whole') return;
      if (content === 'partial') await deleteTopic(kafka, log.topic);
      run.progress(`Filling ${log.topic} with ${log.events} events.`);
      await session.run('fill', log);
    },
    deleteIndices: () => deleteIndices(client, name),
    atEnd: (undo) => void undoing.unshift(undo),
  };
  session.atEnd(() => database.drop());
  session.atEnd(() => session.deleteIndices());
  try {
    await work(session);
  } finally {
    for (const undo of undoing) {
      await undo().catch((reason: unknown) =>
        run.progress(`${name}: ${String(reason)}. Delete what is left by hand.`),
      );
    }
    await client.close();
  }
}

/**
 * Lets the servers load and compile their code, which is not a contender's doing: a short run that nobody measures, in its own session. A live consumer that met its generations in the registry would leave that read model to it.
 */
export async function warmUp(size: Omit<Workload, 'topic'>, run: BenchmarkRun): Promise<void> {
  if (size.events < tinyEvents) return;
  const events = Math.min(warmUpEvents, size.events);
  const products = Math.min(size.products, Math.max(1, Math.floor(events / 10)));
  const log = workloadOf({ ...size, events, products });
  await inSession(run, async (session) => {
    await session.fill(log);
    run.progress(`Warming the servers up with ${events} events.`);
    for (const contender of ['hand-written', 'rebuild'] as const) await session.run(contender, log);
  });
}
