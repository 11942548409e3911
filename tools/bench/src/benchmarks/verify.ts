import type { BenchOptions } from '../options.ts';
import { aimLine, comparisonTable, rateOf, type Compared } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { seconds, times, whole } from '../report/table.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, warmUp, type BenchmarkRun } from '../session.ts';

type VerifyOptions = Pick<BenchOptions, 'events' | 'products' | 'partitions' | 'memory'>;

const aimPerSecond = 50_000;

/** With the milliseconds that the log took, where it was read to be compared with. */
type Line = Compared & { readonly foldMs: number };

/**
 * Verifies a rebuilt index, by digests and document by document, beside a bare scan of it and a bare reading of its log.
 * @throws Error when verify finds anything, or one of them does not see every document
 */
export function benchmarkVerify(options: VerifyOptions, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const log = workloadOf(options);
    await session.fill(log);
    await warmUp(options, run);
    run.progress('Rebuilding the index to verify.');
    await session.run('rebuild', log);
    run.print(`${log.topic}\n${describeMachine()} before the first contender\n`);

    const contenders = [
      ['reader alone', 'reader', {}],
      ['bare scan', 'index-scan', {}],
      ['verify', 'verify', {}],
      ['verify --deep', 'verify', { deep: true }],
    ] as const;
    const namespace = session.namespaceOf('rebuild');
    const lines: Line[] = [];
    for (const [title, contender, more] of contenders) {
      const task = { namespace, memoryBytes: options.memory, ...more };
      const { measurement, peakBytes } = await session.run(contender, log, '', task);
      const { documents = log.products } = measurement;
      if (documents !== log.products)
        throw new Error(`${title} saw ${documents} of ${log.products} documents.`);
      const foldMs = measurement.steps?.['fold'] ?? 0;
      lines.push({ title, seconds: measurement.seconds, count: documents, peakBytes, foldMs });
      run.progress(`${title}: ${seconds(measurement.seconds)} s (${describeLoad()})`);
    }

    const [reader, scan, quick, deep] = lines as [Line, Line, Line, Line];
    run.print(comparisonTable(lines, scan, 'documents'));
    run.print('');
    for (const verified of [quick, deep]) {
      const limit = reader.seconds + scan.seconds;
      run.print(
        aimLine(
          `${verified.title} compares ${whole(rateOf(verified))} documents/s (aim: at least ${whole(aimPerSecond)}), the ` +
            `${whole(log.events / verified.seconds)} events/s of their log read for it, and takes ` +
            `${times(verified.seconds / limit)} the time of reading the log and scanning the index`,
          rateOf(verified) >= aimPerSecond,
        ),
      );
    }
    const comparing = deep.seconds - deep.foldMs / 1_000;
    run.print(
      `${deep.title} reads and folds its log in ${seconds(deep.foldMs / 1_000)} s and then compares ` +
        `${whole(log.products / comparing)} documents/s, content by content`,
    );
    run.print(
      `checked nothing differs, ${whole(log.products)} documents and ${whole(log.events)} events each time`,
    );
  });
}
