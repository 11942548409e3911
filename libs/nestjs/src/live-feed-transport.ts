import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import {
  createLiveFeed,
  type BatchVerdict,
  type DeliveredBatch,
  type LiveFeedOptions,
  type ReadModelsLiveFeed,
} from '@reprise/read-model-live';
import type { ReadModels } from '@reprise/read-model-servers';
import { lastValueFrom } from 'rxjs';
import { batchPattern } from './batch.controller.ts';

/**
 * Nest transport that hands whole batches of the event logs to one event handler and waits for its answer. Connect it as a
 * microservice's strategy: it feeds while that listens.
 */
export class LiveFeedTransport extends Server implements CustomTransportStrategy {
  readonly #feed: ReadModelsLiveFeed;
  readonly #stop = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #running = false;

  constructor(readModels: ReadModels, options: Omit<LiveFeedOptions, 'deliver'> = {}) {
    super();
    this.#feed = createLiveFeed(readModels, { ...options, deliver: (batch) => this.#deliver(batch) });
    this.#ended.promise.catch(() => undefined);
  }

  /** A check per context, which rejects with the reason while it is not fed, or not all of it. */
  get ready(): ReadModelsLiveFeed['ready'] {
    return this.#feed.ready;
  }

  /** Resolves when it was closed; rejects with what no context can be fed for, which a restart with other settings would help against. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Begins to feed; servers that are away are waited for, not ready. */
  listen(callback: (error?: unknown) => void): void {
    if (!this.#running) {
      this.#running = true;
      this.#feed.run(this.#stop.signal).then(this.#ended.resolve, this.#ended.reject);
    }
    callback();
  }

  /** Stops feeding; the batches in flight are finished before it resolves. */
  async close(): Promise<void> {
    this.#stop.abort();
    if (this.#running) await this.#ended.promise.catch(() => undefined);
    else this.#ended.resolve();
  }

  on(): never {
    throw new Error('this transport has no events to listen to');
  }

  unwrap(): never {
    throw new Error('this transport reads several logs, each with a client that nobody else may use');
  }

  async #deliver(batch: DeliveredBatch): Promise<BatchVerdict> {
    const handler = this.getHandlerByPattern(batchPattern);
    if (!handler) throw new Error(`no handler for ${batchPattern}: is RepriseModule imported?`);
    const answer: unknown = await lastValueFrom(this.transformToObservable(await handler(batch)));
    if (!isVerdict(answer))
      throw new Error(
        `${batchPattern} was answered without the verdict that feed() of the batch resolves to`,
      );
    return answer;
  }
}

/** Interceptors may have changed what the handler answered. */
function isVerdict(answer: unknown): answer is BatchVerdict {
  return typeof answer === 'object' && answer !== null && 'verdict' in answer;
}
