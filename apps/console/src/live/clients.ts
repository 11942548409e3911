import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Channel } from './channel.ts';

export interface Client {
  readonly response: ServerResponse;
  readonly lastEventId: string | undefined;
  /** Whether it may still be sent anything: its session may have ended. Asked now and then. */
  readonly mayStay: () => Promise<boolean>;
}

export interface ClientLimits {
  /** More at once are refused. */
  readonly most: number;
  /** How often a sign of life is sent, in milliseconds. */
  readonly aliveMs: number;
}

export const defaultClientLimits: ClientLimits = { most: 200, aliveMs: 15_000 };

/** Browsers that follow what happens. Each is sent the newest of everything it lacks as fast as it takes it, and no faster. */
export class Clients {
  readonly #channel: Channel;
  readonly #limits: ClientLimits;
  readonly #stop = new AbortController();
  readonly #onFirst: () => void;
  #count = 0;

  /** @param onFirst called when somebody begins to look */
  constructor(channel: Channel, onFirst: () => void, limits: ClientLimits = defaultClientLimits) {
    this.#channel = channel;
    this.#limits = limits;
    this.#onFirst = onFirst;
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= this.#limits.most || this.#stop.signal.aborted;
  }

  /** Ends every stream, and lets none begin. */
  close(): void {
    this.#stop.abort();
  }

  /** Serves one client until it leaves, may not stay, or the console closes. The headers of the answer were sent. */
  async serve({ response, lastEventId, mayStay }: Client): Promise<void> {
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once('close', leave).once('error', leave);
    this.#stop.signal.addEventListener('abort', leave, { once: true });
    this.#count += 1;
    if (this.#count === 1) this.#onFirst();
    try {
      await this.#send(response, this.#channel.numberOf(lastEventId), mayStay, gone.signal);
    } finally {
      this.#count -= 1;
      this.#stop.signal.removeEventListener('abort', leave);
      response.end();
    }
  }

  async #send(
    response: ServerResponse,
    from: number,
    mayStay: () => Promise<boolean>,
    gone: AbortSignal,
  ): Promise<void> {
    let number = from;
    let aliveAt = performance.now() + this.#limits.aliveMs;
    while (!gone.aborted) {
      if (performance.now() >= aliveAt) {
        if (!(await mayStay())) return;
        aliveAt = performance.now() + this.#limits.aliveMs;
        const data = JSON.stringify({ at: new Date().toISOString() });
        await written(response, `event: alive\ndata: ${data}\n\n`, gone);
      }
      const entry = this.#channel.next(number);
      if (entry) {
        number = entry.number;
        await written(response, entry.text, gone);
      } else await this.#somethingNew(number, Math.max(0, aliveAt - performance.now()), gone);
    }
  }

  /** Resolves when there is an event after that one, after `ms`, or when the client is gone. */
  async #somethingNew(number: number, ms: number, gone: AbortSignal): Promise<void> {
    const come = new AbortController();
    const stop = this.#channel.listen(() => come.abort());
    try {
      if (this.#channel.next(number)) return;
      await delay(ms, undefined, { signal: AbortSignal.any([come.signal, gone]) }).catch(() => undefined);
    } finally {
      stop();
    }
  }
}

/** Resolves when the client has room for more. */
async function written(response: ServerResponse, text: string, gone: AbortSignal): Promise<void> {
  if (response.write(text)) return;
  await once(response, 'drain', { signal: gone }).catch(() => undefined);
}
