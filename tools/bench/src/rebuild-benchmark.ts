import { randomBytes } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { createElasticsearchClient } from '@reprise/read-model-indices';
import { readConfiguration } from '@reprise/runtime';
import { runInChild } from './child/run-in-child.ts';
import type { ContenderName, Task, Workload } from './child/task.ts';
import { readersAlias } from './contenders/bench-store.ts';
import { handWrittenIndex } from './contenders/hand-written.ts';
import type { BenchOptions } from './options.ts';
import { judgeAims } from './report/aims.ts';
import { describeLoad, describeMachine } from './report/machine.ts';
import { contenderTable, seconds, type Row } from './report/table.ts';
import { contentOf, deleteIndices, differingDocuments, type IndexContent } from './servers/indices.ts';
import { createReadDatabase } from './servers/read-database.ts';
import { deleteTopic, topicContent, workloadOf } from './servers/topic.ts';

export interface BenchmarkRun {
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  readonly print: (line: string) => void;
}

/** Events of the run before the measured one: it loads and compiles the servers' code, not the contenders'. */
const warmUpEvents = 20_000;

/** Contenders in the order they run, one at a time. */
const contenders = [
  ['hand-written', 'hand-written, eachBatch'],
  ['per-message', 'hand-written, eachMessage'],
  ['reader', 'reader alone'],
  ['writer', 'writer alone'],
  ['rebuild', 'rebuild'],
] as const satisfies readonly (readonly [ContenderName, string])[];
type Contender = (typeof contenders)[number][0];

/**
 * Measures every contender on the same log and prints table, ratios and what was checked.
 * @throws Error when a contender failed or the rebuilt documents are not those of the hand-written rebuild
 */
export async function benchmarkRebuild(options: BenchOptions, run: BenchmarkRun): Promise<void> {
  const { elasticsearch, readModelDatabaseUrl } = readConfiguration(process.env, [
    'kafka',
    'elasticsearch',
    'readModelDatabase',
  ]);
  const namespace = `bench_${randomBytes(4).toString('hex')}`;
  const workload = workloadOf(options);
  const events = Math.min(warmUpEvents, options.events);
  const warmUp = workloadOf({ ...options, events, products: Math.min(options.products, events / 10) });
  const client = createElasticsearchClient(elasticsearch);
  const database = await createReadDatabase(namespace, readModelDatabaseUrl, process.env);
  const child = async (contender: ContenderName, log: Workload, suffix = '') => {
    const task: Task = {
      contender,
      workload: log,
      namespace: namespace + suffix,
      readDatabaseUrl: database.url,
    };
    return runInChild(task, run.signal);
  };
  try {
    for (const log of [warmUp, workload]) await fill(log, run, () => child('fill', log));
    run.progress(`Warming the servers up with ${warmUp.events} events.`);
    for (const contender of ['hand-written', 'rebuild'] as const) await child(contender, warmUp, '_warm');
    await deleteIndices(client, namespace);

    run.print(`${workload.topic}\n${describeMachine()} before the first contender\n`);
    const results = {} as Record<Contender, Row>;
    let byHand: IndexContent | undefined;
    for (const [contender, title] of contenders) {
      const suffix = `_${contender.replace('-', '_')}`;
      const { measurement, peakBytes } = await child(contender, workload, suffix);
      results[contender] = { title, measurement, peakBytes };
      run.progress(`${title}: ${seconds(measurement.seconds)} s (${describeLoad()})`);
      if (contender === 'hand-written')
        byHand = await contentOf(client, handWrittenIndex(namespace + suffix));
      if (contender === 'rebuild') await check(client, readersAlias(namespace + suffix), byHand, workload);
      // So that the server's work on one contender's index does not go on during the next one.
      await deleteIndices(client, namespace);
    }
    report(results, workload, run);
  } finally {
    await deleteIndices(client, namespace);
    await client.close();
    await database.drop();
  }
}

/** Fills a workload's topic, unless an earlier run did. */
async function fill(log: Workload, { progress }: BenchmarkRun, write: () => Promise<unknown>): Promise<void> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const content = await topicContent(kafka, log);
  if (content === 'whole') return;
  if (content === 'partial') await deleteTopic(kafka, log.topic);
  progress(`Filling ${log.topic} with ${log.events} events.`);
  await write();
}

function report(results: Record<Contender, Row>, workload: Workload, { print }: BenchmarkRun): void {
  const { rebuild } = results;
  print(contenderTable(Object.values(results), workload, rebuild.measurement.seconds));
  print('');
  const aims = judgeAims(
    {
      handWritten: results['hand-written'].measurement,
      perMessage: results['per-message'].measurement,
      reader: results.reader.measurement,
      writer: results.writer.measurement,
      rebuild: rebuild.measurement,
      rebuildPeakBytes: rebuild.peakBytes,
    },
    workload.events,
  );
  for (const { text, met } of aims) print(`${met ? 'met   ' : 'MISSED'}  ${text}`);
  const steps = Object.entries(rebuild.measurement.steps ?? {}).map(([step, ms]) => `${step} ${ms} ms`);
  print(`steps   ${steps.join(', ')}; ${describeLoad()} at the end`);
  print(
    `checked gate passed, readers switched, ${workload.products} documents in both, 500 compared are equal`,
  );
}

/** The rebuild has proven itself by its gate; this compares what its readers see with the hand-written index. */
async function check(
  client: Client,
  readers: string,
  byHand: IndexContent | undefined,
  { products }: Workload,
): Promise<void> {
  if (!byHand) throw new Error('the hand-written rebuild has to run first');
  const { documents } = await contentOf(client, readers);
  const differing = await differingDocuments(client, readers, byHand.sample);
  if (documents === products && byHand.documents === products && differing === 0) return;
  throw new Error(
    `The rebuilds disagree: ${byHand.documents} documents by hand and ${documents} rebuilt, of ${products} products; ` +
      `${differing} of ${byHand.sample.size} compared differ.`,
  );
}
