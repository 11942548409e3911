import type { Client } from '@elastic/elasticsearch';
import type { ContenderName, Workload } from '../child/task.ts';
import { readersAlias } from '../contenders/measured/bench-store.ts';
import { handWrittenIndex } from '../contenders/by-hand/hand-written.ts';
import { rebuildTask, type LogOptions, type RebuildResources } from '../options.ts';
import { judgeAims } from '../report/aims.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { contenderTable, seconds, type Row } from '../report/table.ts';
import { contentOf, differingDocuments, type IndexContent } from '../servers/indices.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, warmUp, type BenchmarkRun, type Session } from '../session.ts';

/** Contenders in the order they run, one at a time. */
const contenders = [
  ['hand-written', 'hand-written, eachBatch'],
  ['per-message', 'hand-written, eachMessage'],
  ['reader', 'reader alone'],
  ['writer', 'writer alone'],
  ['rebuild', 'rebuild'],
] as const satisfies readonly (readonly [ContenderName, string])[];
type Results = Record<(typeof contenders)[number][0], Row>;

/**
 * Measures every contender on the same log and prints table, ratios and what was checked.
 * @throws Error when a contender failed or the rebuilt documents are not those of the hand-written rebuild
 */
export function benchmarkRebuild(options: LogOptions & RebuildResources, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const workload = workloadOf(options);
    await session.fill(workload);
    await warmUp(options, run);
    run.print(
      `${workload.topic}\n${describeMachine()} before the first contender, ${options.workers} worker(s)\n`,
    );
    const results = await measure(session, workload, options, run);
    report(results, workload, run);
  });
}

async function measure(
  session: Session,
  workload: Workload,
  resources: RebuildResources,
  run: BenchmarkRun,
): Promise<Results> {
  const results = {} as Results;
  let byHand: IndexContent | undefined;
  for (const [contender, title] of contenders) {
    const { measurement, peakBytes } = await session.run(contender, workload, '', rebuildTask(resources));
    results[contender] = { title, measurement, peakBytes };
    run.progress(`${title}: ${seconds(measurement.seconds)} s (${describeLoad()})`);
    const namespace = session.namespaceOf(contender);
    if (contender === 'hand-written') byHand = await contentOf(session.client, handWrittenIndex(namespace));
    if (contender === 'rebuild') await check(session.client, readersAlias(namespace), byHand, workload);
    await session.deleteIndices();
  }
  return results;
}

function report(results: Results, workload: Workload, { print }: BenchmarkRun): void {
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
