import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import type { HttpLimits } from './http-limits.ts';

/** What requests are counted as. The names stand in the headers of answers. */
export type RequestPolicy = 'credential' | 'address' | 'anonymous' | 'failed-credentials';

export interface Counted {
  /** Whether this request is one too many. */
  readonly exceeded: boolean;
  /** Seconds until the caller's minute is over, at least 1. */
  readonly resetSeconds: number;
  /** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10). */
  readonly headers: Readonly<Record<'ratelimit-policy' | 'ratelimit', string>>;
}

const windowSeconds = 60;

/** Callers counted one by one, in each policy and minute. The others share one count, so that many callers take no memory. */
const mostCallers = 20_000;

type Limits = Pick<
  HttpLimits,
  'credentialRequests' | 'addressRequests' | 'anonymousRequests' | 'failedCredentials'
>;

/**
 * Counts requests of callers by the minute, in the memory of this process: a caller's minute begins with its first request. Nothing
 * else has to answer for a request to be counted, and several replicas of an application let as many times the limit pass.
 */
export class RequestCounts {
  readonly #windows: Readonly<Record<RequestPolicy, CallerWindow>>;

  constructor(limits: Limits, callers = mostCallers) {
    this.#windows = {
      credential: new CallerWindow(limits.credentialRequests, callers),
      address: new CallerWindow(limits.addressRequests, callers),
      anonymous: new CallerWindow(limits.anonymousRequests, callers),
      'failed-credentials': new CallerWindow(limits.failedCredentials, callers),
    };
  }

  /** Counts one more request of a caller, whether it is to be answered or not. */
  async count(policy: RequestPolicy, caller: string): Promise<Counted> {
    const window = this.#windows[policy];
    const { consumedPoints, remainingPoints, msBeforeNext } = await window.add(caller);
    const resetSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
    return {
      exceeded: consumedPoints > window.limit,
      resetSeconds,
      headers: {
        'ratelimit-policy': `"${policy}";q=${window.limit};w=${windowSeconds}`,
        ratelimit: `"${policy}";r=${remainingPoints};t=${resetSeconds}`,
      },
    };
  }
}

class CallerWindow {
  readonly limit: number;
  readonly #limiter: RateLimiterMemory;
  readonly #callers: number;
  #begun = Number.NEGATIVE_INFINITY;
  #added = 0;

  constructor(limit: number, callers: number) {
    this.limit = limit;
    this.#callers = callers;
    this.#limiter = new RateLimiterMemory({ points: limit, duration: windowSeconds });
  }

  async add(caller: string): Promise<RateLimiterRes> {
    const known = this.#added < this.#callers || (await this.#limiter.get(caller)) !== null;
    // Counts one more and, unlike consume, also answers when that is too many.
    const counted = await this.#limiter.penalty(known ? caller : 'others', 1);
    if (counted.isFirstInDuration) this.#noteNew();
    return counted;
  }

  /** The library forgets a caller a minute after its first request, so that at most twice as many are known as are added in one. */
  #noteNew(): void {
    const now = performance.now();
    if (now - this.#begun >= windowSeconds * 1_000) [this.#begun, this.#added] = [now, 0];
    this.#added += 1;
  }
}
