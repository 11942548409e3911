import { setTimeout as delay } from 'node:timers/promises';
import { credentialOf } from '@reprise/access';
import { startStopwatch } from '../contenders/stopwatch.ts';

/** A write that was acknowledged. */
export interface AcknowledgedWrite {
  readonly productId: string;
  readonly version: number;
  /** From the moment it was to be sent to its answer, in milliseconds. */
  readonly answeredAfter: number;
}

export interface SteadyWrites {
  /** Where the product API answers. */
  readonly origin: string;
  readonly productIds: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Called for every write when it is acknowledged. */
  readonly onWrite?: (write: AcknowledgedWrite) => void;
}

/**
 * Adds to the stock of one product after the other, at fixed moments: a slow answer does not put off the writes that follow, as
 * it would not put off other people's.
 * @returns the writes, and at how many a second they were sent
 * @throws Error when one is refused or not answered
 */
export async function writeSteadily({
  origin,
  productIds,
  perSecond,
  seconds,
  signal,
  onWrite,
}: SteadyWrites): Promise<{ writes: AcknowledgedWrite[]; sentPerSecond: number }> {
  const total = perSecond * seconds;
  const underWay: Promise<AcknowledgedWrite>[] = [];
  const stopwatch = startStopwatch();
  for (let number = 0; number < total; number++) {
    const due = stopwatch.startedAt + (1000 * number) / perSecond;
    const early = due - now();
    if (early > 0) await delay(early, undefined, { signal });
    signal.throwIfAborted();
    const write = addToStock(origin, productIds[number % productIds.length]!, due).then((written) => {
      onWrite?.(written);
      return written;
    });
    // Awaited at the end; a failure before that is looked at then.
    write.catch(() => undefined);
    underWay.push(write);
  }
  const sentPerSecond = total / Math.max(seconds, stopwatch.seconds());
  return { writes: await Promise.all(underWay), sentPerSecond };
}

/** Milliseconds since 1970, with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

async function addToStock(origin: string, productId: string, due: number): Promise<AcknowledgedWrite> {
  const response = await fetch(`${origin}/v1/products/${productId}/stock-adjustments`, {
    method: 'POST',
    headers: { ...credentialOf(process.env), 'content-type': 'application/json', 'if-match': '*' },
    body: JSON.stringify({ delta: 1 }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`A write was answered ${response.status}: ${await response.text()}`);
  const { version } = (await response.json()) as { readonly version: number };
  return { productId, version, answeredAfter: now() - due };
}
