import {
  ConfigurationError,
  outliveReaders,
  readConfiguration,
  readSettings,
  shutdownSignal,
} from '@reprise/runtime';
import { generateHistories } from './catalogue/generate-histories.ts';
import { readSampleOptions, type SampleOptions } from './options.ts';
import { writeThroughApi } from './writers/api-writer.ts';
import { writeToEventStore } from './writers/event-store-writer.ts';
import { SampleError, type SampleErrorCode } from './writers/sample-error.ts';
import { writeToTopic } from './writers/topic-writer.ts';
import type { WriteOptions, WriteReport } from './writers/write-report.ts';

const exitCodes: Readonly<Record<SampleErrorCode, number>> = {
  API_UNREACHABLE: 4,
  API_REFUSED: 2,
  DATABASE_FAILED: 4,
  EVENTS_EXIST: 2,
  TOPIC_IN_USE: 2,
  KAFKA_FAILED: 4,
  CANCELLED: 130,
};

const print = (line: string): void => void process.stderr.write(`${line}\n`);

/** One line of progress every few seconds. */
function progress(total: number): (written: number) => void {
  let next = performance.now() + 3_000;
  return (written) => {
    if (performance.now() < next) return;
    next = performance.now() + 3_000;
    print(`${written} of ${total} events`);
  };
}

function write(options: SampleOptions, common: WriteOptions): Promise<WriteReport> {
  const steps = generateHistories(options);
  if (options.kafka !== undefined) {
    const { kafka } = readConfiguration(process.env, ['kafka']);
    const { partitions, append } = options;
    return writeToTopic(steps, { kafka, topic: options.kafka, partitions, append, ...common });
  }
  if (options.direct) {
    const { writeDatabaseUrl } = readConfiguration(process.env, ['writeDatabase']);
    return writeToEventStore(steps, { writeDatabaseUrl, ...common });
  }
  const productApiPort = readSettings(process.env, (settings) => settings.port('PRODUCT_API_PORT', 3000));
  const origin = options.api ?? `http://127.0.0.1:${productApiPort}`;
  return writeThroughApi(steps, { origin, concurrency: options.concurrency, ...common });
}

outliveReaders();
const options = readSampleOptions(process.argv.slice(2));
const shutdown = shutdownSignal();
try {
  const report = await write(options, { signal: shutdown.signal, onProgress: progress(options.events) });
  print(
    `Wrote ${report.events} events of ${report.products} products in ${(report.milliseconds / 1_000).toFixed(1)} s ` +
      `(${report.eventsPerSecond} events/s).`,
  );
} catch (error) {
  if (error instanceof ConfigurationError) {
    print(error.message);
    process.exitCode = 1;
  } else if (error instanceof SampleError) {
    print(error.message);
    process.exitCode = shutdown.received() === 'SIGTERM' ? 143 : exitCodes[error.code];
  } else throw error;
} finally {
  shutdown.dispose();
}
