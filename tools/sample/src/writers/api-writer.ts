import { randomUUID } from 'node:crypto';
import type { HistoryStep } from '../catalogue/generate-histories.ts';
import { requestOf } from './api-requests.ts';
import { cancelled, SampleError } from './sample-error.ts';
import { assertAnswering, send, type Api } from './send.ts';
import { WriteMeter, type WriteOptions, type WriteReport } from './write-report.ts';

export interface ApiWriterOptions extends WriteOptions {
  /** Where the product API answers, e.g. `http://127.0.0.1:3000`. */
  readonly origin: string;
  /** As in {@link Api}. */
  readonly credential?: Api['credential'];
  /** Requests in flight at most. Default 16. */
  readonly concurrency?: number | undefined;
}

interface Written {
  readonly productId: string;
  readonly etag: string;
}

/**
 * Plays histories through the product API: one request per command, commands of one product one after another, each on the ETag
 * the one before was answered with. Products get the ids the API chooses.
 * @throws SampleError when the API does not answer, or refuses a command
 */
export async function writeThroughApi(
  steps: Iterable<HistoryStep>,
  options: ApiWriterOptions,
): Promise<WriteReport> {
  const { origin, credential, concurrency = 16, signal } = options;
  const meter = new WriteMeter(options.onProgress);
  const run = randomUUID();
  const written = new Map<string, Promise<Written>>();
  const inFlight = new Set<Promise<unknown>>();
  let failure: Error | undefined;
  await assertAnswering('product-api', origin);
  let sent = 0;
  for (const step of steps) {
    if (signal?.aborted || failure !== undefined) break;
    const key = `sample-${run}-${++sent}`;
    const before = written.get(step.productId);
    const done = perform({ origin, credential, signal }, step, before, key).then((result) => {
      meter.add(1, before === undefined ? 1 : 0);
      return result;
    });
    // Every request is listened to here; a failed one is also seen by the next one of its product, which then is not sent.
    const settled: Promise<void> = done.then(
      () => void inFlight.delete(settled),
      (error: unknown) => {
        inFlight.delete(settled);
        failure ??= error instanceof Error ? error : new Error(String(error));
      },
    );
    written.set(step.productId, done);
    inFlight.add(settled);
    if (inFlight.size >= concurrency) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  if (signal?.aborted) throw cancelled(meter.events);
  if (failure !== undefined) throw failure;
  return meter.report();
}

async function perform(
  api: Api,
  step: HistoryStep,
  before: Promise<Written> | undefined,
  key: string,
): Promise<Written> {
  const product = await before;
  const request = requestOf(step.command, product?.productId ?? '');
  const response = await send(api, request, {
    'idempotency-key': key,
    ...(product !== undefined && { 'if-match': product.etag }),
  });
  const body = (await response.json()) as { readonly id?: string; readonly version?: number };
  const etag = response.headers.get('etag');
  const expected = step.event.aggregateversion;
  if (body.id === undefined || etag === null || body.version !== expected) {
    throw new SampleError(
      'API_REFUSED',
      `${request.method} ${request.path} answered version ${body.version} instead of ${expected}: someone else changes the ` +
        'sample products meanwhile. What was written stays; run it again on its own.',
    );
  }
  return { productId: body.id, etag };
}
