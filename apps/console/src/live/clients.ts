import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { LiveEvents, Role } from '../contract/index.ts';
import type { Channel } from './channel.ts';

export interface Client {
  readonly response: ServerResponse;
  readonly lastEventId: string | undefined;
  /** What it may do now; undefined where it may be sent nothing more, as its session ended. Asked now and then. */
  readonly roleNow: () => Promise<Role | undefined>;
}

export interface ClientLimits {
  /** More at once are refused. */
  readonly most: number;
  /** How often a sign of life is sent after the first, in milliseconds. */
  readonly aliveMs: number;
  /** How long one may take to take what it was sent, in milliseconds: whoever takes longer is cut off. */
  readonly takeMs: number;
}

export const defaultClientLimits: ClientLimits = { most: 200, aliveMs: 15_000, takeMs: 30_000 };

/**
 * Browsers that follow what happens. Each is sent the newest of everything it lacks as fast as it takes it, and no faster: of one that
 * takes nothing, no more than one event waits here, and it is cut off after a while.
 */
export class Clients {
  readonly #channel: Channel;
  readonly #limits: ClientLimits;
  readonly #stop = new AbortController();
  readonly #onFirst: () => void;
  #count = 0;

  /** @param onFirst called when somebody begins to look */
  constructor(channel: Channel, onFirst: () => void, limits: Partial<ClientLimits> = {}) {
    this.#channel = channel;
    this.#limits = { ...defaultClientLimits, ...limits };
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
  async serve({ response, lastEventId, roleNow }: Client): Promise<void> {
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once('close', leave).once('error', leave);
    this.#stop.signal.addEventListener('abort', leave, { once: true });
    this.#count += 1;
    if (this.#count === 1) this.#onFirst();
    try {
      await this.#send(response, this.#channel.numberOf(lastEventId), roleNow, gone.signal);
    } finally {
      this.#count -= 1;
      this.#stop.signal.removeEventListener('abort', leave);
      // The end would wait behind what the client does not take, for as long as it likes.
      if (response.writableNeedDrain) response.destroy();
      else response.end();
    }
  }

  async #send(
    response: ServerResponse,
    from: number,
    roleNow: Client['roleNow'],
    gone: AbortSignal,
  ): Promise<void> {
    let number = from;
    const { aliveMs, takeMs } = this.#limits;
    // At once, as it says what time it is here: the client's clock may be another.
    let aliveAt = performance.now();
    while (!gone.aborted) {
      if (performance.now() >= aliveAt) {
        const role = await roleNow();
        if (role === undefined) return;
        aliveAt = performance.now() + aliveMs;
        const alive: LiveEvents['alive'] = { at: new Date().toISOString(), role };
        if (!(await taken(response, `event: alive\ndata: ${JSON.stringify(alive)}\n\n`, takeMs, gone)))
          return;
      }
      const entry = this.#channel.next(number);
      if (entry) {
        number = entry.number;
        if (!(await taken(response, entry.text, takeMs, gone))) return;
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

/** Sends a text, and waits until the client has room for more. @returns false where it is gone, or took longer than `ms` */
async function taken(
  response: ServerResponse,
  text: string,
  ms: number,
  gone: AbortSignal,
): Promise<boolean> {
  if (response.write(text)) return true;
  const signal = AbortSignal.any([gone, AbortSignal.timeout(ms)]);
  return once(response, 'drain', { signal }).then(
    () => true,
    () => false,
  );
}
