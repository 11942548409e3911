import { credentialOf } from '@reprise/access';
import { AppError, ownKey, startApp, type AppName, type AppProcess } from '@reprise/start';
import { generateHistories, type HistoryOptions } from './catalogue/generate-histories.ts';
import { awaitSearchable } from './pipeline/await-searchable.ts';
import { readPipelineState, type PipelineEndpoints } from './pipeline/pipeline-state.ts';
import { readRecruitingState, type RecruitingEndpoints } from './pipeline/recruiting-state.ts';
import { writeRecruiting, type RecruitingSize } from './recruiting/write-recruiting.ts';
import { writeThroughApi } from './writers/api-writer.ts';

export interface FillOptions {
  /** The environment of the applications, endpoints included. */
  readonly env: NodeJS.ProcessEnv;
  /** What to write of products; undefined where their log holds something. */
  readonly product?:
    { readonly endpoints: PipelineEndpoints; readonly catalogue: HistoryOptions } | undefined;
  /** What to write of candidates and leads; undefined where their log holds something. */
  readonly recruiting?:
    { readonly endpoints: RecruitingEndpoints; readonly size: RecruitingSize } | undefined;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Any free port: applications that a developer runs beside this keep theirs. */
const anyPort = {
  PRODUCT_API_PORT: '0',
  RECRUITING_API_PORT: '0',
  OUTBOX_RELAY_PORT: '0',
  PROJECTION_CONSUMER_PORT: '0',
};

/**
 * Fills empty logs through the real write path: starts the APIs, the relay and the consumer, plays the sample data over HTTP,
 * waits until every event is in Kafka and in its read models, and stops them.
 */
export async function fillEmptyLog(options: FillOptions): Promise<void> {
  const { product, recruiting, report } = options;
  const env = { ...options.env, ...anyPort, ...ownKey() };
  const names: AppName[] = [
    ...(product ? ['product-api' as const] : []),
    ...(recruiting ? ['recruiting-api' as const] : []),
    ...['outbox-relay' as const, 'projection-consumer' as const],
  ];
  const apps = names.map((name) => startApp(name, { env }));
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  try {
    await whileRunning(apps, failed, async () => {
      const ready = await untilAborted(signal, Promise.all(apps.map((app) => app.ready())));
      const originOf = (name: AppName): string => ready[names.indexOf(name)]!.origin;
      report(`${names.slice(0, -1).join(', ')} and ${names.at(-1)} run.`);
      const sender = { credential: credentialOf(env), signal, report };
      const fills = [
        product && fillProducts(product, { origin: originOf('product-api'), ...sender }),
        recruiting && fillRecruiting(recruiting, { origin: originOf('recruiting-api'), ...sender }),
      ].filter((fill) => fill !== undefined);
      // One that fails stops the other. Both have ended before the applications are: who was cancelled while writing says so.
      const stopping = fills.map((fill) =>
        fill.catch((error: unknown) => {
          if (!options.signal.aborted) failed.abort(error);
          throw error;
        }),
      );
      const refused = (await Promise.allSettled(stopping)).find(({ status }) => status === 'rejected');
      if (refused?.status === 'rejected') throw refused.reason;
    });
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
  }
  report(`Stopped the ${['no', 'one', 'two', 'three', 'four'][apps.length]} applications.`);
}

interface Filling {
  readonly origin: string;
  readonly credential: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

async function fillProducts(
  { endpoints, catalogue }: NonNullable<FillOptions['product']>,
  { origin, credential, signal, report }: Filling,
): Promise<void> {
  const written = await writeThroughApi(generateHistories(catalogue), { origin, credential, signal });
  const seconds = (written.milliseconds / 1_000).toFixed(1);
  report(`Made ${written.products} products by ${written.events} requests to the API in ${seconds} s.`);
  await awaitSearchable({ read: () => readPipelineState(endpoints), signal, report });
  report(`All ${written.products} products are in the search index.`);
}

async function fillRecruiting(
  { endpoints, size }: NonNullable<FillOptions['recruiting']>,
  { origin, credential, signal, report }: Filling,
): Promise<void> {
  const requests = await writeRecruiting(size, { origin, credential, signal });
  report(`Made ${size.candidates} candidates and ${size.leads} leads by ${requests} requests to the API.`);
  await awaitSearchable({ read: () => readRecruitingState(endpoints), signal });
  report('All candidates and leads are in their summaries.');
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
    throw failed.signal.aborted ? failed.signal.reason : error;
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
