import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { createElasticsearchClient } from '@reprise/read-model-indices';
import { readConfiguration } from '@reprise/runtime';
import { runInChild } from './child/run-in-child.ts';
import type { ContenderName, Task, TaskResult, Workload } from './child/task.ts';
import { deleteIndices } from './servers/indices.ts';
import { createReadDatabase } from './servers/read-database.ts';
import { deleteTopic, topicContent, workloadOf } from './servers/topic.ts';

/** Where a benchmark is told from and what ends it. */
export interface BenchmarkRun {
  readonly signal: AbortSignal;
  /** Lines about what is going on. */
  readonly progress: (line: string) => void;
  /** Lines of the result. */
  readonly print: (line: string) => void;
}

/** The servers as one benchmark uses them: names of its own, and contenders in processes of their own. */
export interface Session {
  readonly client: Client;
  /** What a contender's indices and aliases are called after. */
  namespaceOf(contender: ContenderName, round?: string): string;
  /** Runs a contender on a log, in its namespace of that round. */
  run(
    contender: ContenderName,
    log: Workload,
    round?: string,
    options?: Pick<Task, 'killAtShare' | 'workers'>,
  ): Promise<Extract<TaskResult, { ok: true }>>;
  /** Fills the log's topic, unless an earlier benchmark did. */
  fill(log: Workload): Promise<void>;
  /** Deletes the indices of everything that ran, so that the servers' work on them does not go on during what comes next. */
  deleteIndices(): Promise<void>;
}

/** Events of the run before the measured ones. */
const warmUpEvents = 20_000;

/** Opens a session, hands it to `work`, and deletes its indices and its database afterwards, however that ended. */
export async function inSession(run: BenchmarkRun, work: (session: Session) => Promise<void>): Promise<void> {
  const { kafka, elasticsearch, readModelDatabaseUrl } = readConfiguration(process.env, [
    'kafka',
    'elasticsearch',
    'readModelDatabase',
  ]);
  const name = `bench_${randomBytes(4).toString('hex')}`;
  const namespaceOf: Session['namespaceOf'] = (contender, round = '') =>
    `${name}_${contender.replace('-', '_')}${round}`;
  const database = await createReadDatabase(name, readModelDatabaseUrl, process.env);
  const client = createElasticsearchClient(elasticsearch);
  const session: Session = {
    client,
    namespaceOf,
    run: (contender, workload, round, options) => {
      const namespace = namespaceOf(contender, round);
      const task = { contender, workload, namespace, readDatabaseUrl: database.url, ...options };
      return runInChild(task, run.signal);
    },
    async fill(log) {
      const content = await topicContent(kafka, log);
      if (content === 'whole') return;
      if (content === 'partial') await deleteTopic(kafka, log.topic);
      run.progress(`Filling ${log.topic} with ${log.events} events.`);
      await session.run('fill', log);
    },
    deleteIndices: () => deleteIndices(client, name),
  };
  try {
    await work(session);
  } finally {
    const outcomes = await Promise.allSettled([session.deleteIndices(), database.drop()]);
    await client.close();
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        run.progress(`${name}: ${String(outcome.reason)}. Delete what is left by hand.`);
  }
}

/** Lets the servers load and compile their code, which is no contender's doing: a short run that nobody measures. */
export async function warmUp(
  session: Session,
  size: Omit<Workload, 'topic'>,
  run: BenchmarkRun,
): Promise<void> {
  const events = Math.min(warmUpEvents, size.events);
  const products = Math.min(size.products, Math.max(1, Math.floor(events / 10)));
  const log = workloadOf({ ...size, events, products });
  await session.fill(log);
  run.progress(`Warming the servers up with ${events} events.`);
  for (const contender of ['hand-written', 'rebuild'] as const) await session.run(contender, log, '_warm_up');
  await session.deleteIndices();
}
