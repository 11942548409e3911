import { AppError, startApp, type AppProcess } from '@reprise/start';
import { generateHistories, type HistoryOptions } from './catalogue/generate-histories.ts';
import { awaitSearchable } from './pipeline/await-searchable.ts';
import { readPipelineState, type PipelineEndpoints } from './pipeline/pipeline-state.ts';
import { writeThroughApi } from './writers/api-writer.ts';

export interface FillOptions {
  /** The environment of the applications, endpoints included. */
  readonly env: NodeJS.ProcessEnv;
  readonly endpoints: PipelineEndpoints;
  readonly catalogue: HistoryOptions;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Any free port: applications that a developer runs beside this keep theirs. */
const anyPort = { PRODUCT_API_PORT: '0', OUTBOX_RELAY_PORT: '0', PROJECTION_CONSUMER_PORT: '0' };

/**
 * Fills an empty log through the real write path: starts the API, the relay and the consumer, plays the sample catalogue over
 * HTTP, waits until every event is in Kafka and searchable, and stops the three.
 */
export async function fillEmptyLog(options: FillOptions): Promise<void> {
  const { endpoints, catalogue, report } = options;
  const env = { ...options.env, ...anyPort };
  const api = startApp('product-api', { env });
  const others = [startApp('outbox-relay', { env }), startApp('projection-consumer', { env })];
  const apps = [api, ...others];
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  try {
    await whileRunning(apps, failed, async () => {
      const [{ origin }] = await untilAborted(
        signal,
        Promise.all([api.ready(), ...others.map((app) => app.ready())]),
      );
      report('product-api, outbox-relay and projection-consumer run.');
      const written = await writeThroughApi(generateHistories(catalogue), { origin, signal });
      const seconds = (written.milliseconds / 1_000).toFixed(1);
      report(`Made ${written.products} products by ${written.events} requests to the API in ${seconds} s.`);
      await awaitSearchable({ read: () => readPipelineState(endpoints), signal, report });
      report(`All ${written.products} products are in the search index.`);
    });
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
  }
  report('Stopped the three applications.');
}

/**
 * Does `work` and aborts `failed` as soon as one of the applications exits unexpectedly.
 * @throws AppError when one did, whatever `work` made of it
 */
async function whileRunning(
  apps: readonly AppProcess[],
  failed: AbortController,
  work: () => Promise<void>,
): Promise<void> {
  let over = false;
  for (const app of apps) {
    void app.ended.then((code) => {
      if (!over)
        failed.abort(new AppError(`${app.name} ended with ${code}. Its last lines:\n${app.lastLines()}`));
    });
  }
  try {
    await work();
  } catch (error) {
    throw failed.signal.aborted ? (failed.signal.reason as AppError) : error;
  } finally {
    over = true;
  }
}

/** The outcome of `work`, or the signal's reason if that comes first. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
