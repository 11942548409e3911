import { appendHistory } from '@reprise/product-api';
import type { ProductEvent } from '@reprise/product-events';
import { setSession } from '@reprise/runtime';
import pg from 'pg';
import type { HistoryStep } from '../catalogue/generate-histories.ts';
import { cancelled, SampleError } from './sample-error.ts';
import { WriteMeter, type WriteOptions, type WriteReport } from './write-report.ts';

export interface EventStoreWriterOptions extends WriteOptions {
  readonly writeDatabaseUrl: string;
  /** Events of one transaction. Default 2,000. */
  readonly batchSize?: number | undefined;
}

/**
 * Writes histories straight into the write database (products, event store and outbox) through the product API's own code, many
 * events per transaction. The relay publishes them as it does any others.
 * @throws SampleError when the database is unreachable, lacks its tables, or holds these events already
 */
export async function writeToEventStore(
  steps: Iterable<HistoryStep>,
  options: EventStoreWriterOptions,
): Promise<WriteReport> {
  const { writeDatabaseUrl, batchSize = 2_000, signal } = options;
  const meter = new WriteMeter(options.onProgress);
  const client = new pg.Client({
    connectionString: writeDatabaseUrl,
    application_name: 'reprise-sample',
    connectionTimeoutMillis: 10_000,
  });
  // A connection that breaks fails the statement that is running or the next one; unheard it would end the process.
  client.on('error', () => undefined);
  let batch: ProductEvent[] = [];
  const append = async (): Promise<void> => {
    await appendHistory(client, batch);
    meter.add(batch.length, batch.filter(({ aggregateversion }) => aggregateversion === 1).length);
    batch = [];
  };
  try {
    await client.connect();
    await setSession(client);
    for (const { event } of steps) {
      if (batch.push(event) < batchSize) continue;
      if (signal?.aborted) break;
      await append();
    }
    if (!signal?.aborted) await append();
  } catch (error) {
    throw describe(error, meter.events);
  } finally {
    await client.end();
  }
  if (signal?.aborted) throw cancelled(meter.events);
  return meter.report();
}

function describe(cause: unknown, written: number): SampleError {
  const code = cause instanceof pg.DatabaseError ? cause.code : undefined;
  const stays = written === 0 ? 'Nothing was written.' : `${written} events before it stay written.`;
  if (code === '23505') {
    const message = `These sample products are in the event store already. ${stays} Choose another --seed.`;
    return new SampleError('EVENTS_EXIST', message, { cause });
  }
  const advice = code === '42P01' ? ' Create its tables first: npm run -s migrate.' : '';
  const problem = cause instanceof Error ? cause.message || cause.name : String(cause);
  const message = `The write database failed: ${problem}. ${stays}${advice}`;
  return new SampleError('DATABASE_FAILED', message, { cause, retryable: code === undefined });
}
