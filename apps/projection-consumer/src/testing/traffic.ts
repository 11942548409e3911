import { setTimeout as delay } from 'node:timers/promises';
import type { ProductEvent } from '@reprise/product-events';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch } from '@reprise/test-kit';
import type { ConsumerFixture } from './consumer-fixture.ts';

/** Something that runs until it is stopped; stopping reports what went wrong meanwhile. */
export interface Ongoing<T> {
  stop(): Promise<T>;
}

function repeat<T>(everyMs: number, round: () => Promise<void>, result: () => T): Ongoing<T> {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const begun = performance.now();
      await round();
      const left = everyMs - (performance.now() - begun);
      if (left > 0) await delay(left, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  running.catch(() => undefined);
  return {
    async stop() {
      stopping.abort();
      await running;
      return result();
    },
  };
}

/** Writes events of `products` products, about `perSecond` of them, to event store and topic; adds them to `log`. */
export function writeEvents(
  fixture: ConsumerFixture,
  log: ProductEvent[],
  { products, perSecond }: { products: number; perSecond: number },
): Ongoing<void> {
  const everyMs = 50;
  const perRound = Math.round((perSecond * everyMs) / 1000);
  const versions = Array.from({ length: products }, () => 0);
  const ids = versions.map(() => crypto.randomUUID());
  let turn = 0;
  const round = async (): Promise<void> => {
    const events: ProductEvent[] = [];
    for (let written = 0; written < perRound; written++, turn++) {
      const which = turn % products;
      const version = (versions[which] = (versions[which] ?? 0) + 1);
      const change = version === 1 ? step.created() : step.stockAdjusted(1);
      events.push(...productHistory({ id: ids[which]!, events: [change], firstVersion: version }));
    }
    await fixture.store(events);
    await produce(fixture.topic, events);
    log.push(...events);
  };
  return repeat(everyMs, round, () => undefined);
}

/** Looks at the alias every 10 ms; what it resolved to, in order, without repetitions. */
export function watchAlias(fixture: ConsumerFixture): Ongoing<string[]> {
  const seen: string[] = [];
  const round = async (): Promise<void> => {
    const now = (await fixture.readers()).sort().join(',');
    if (seen.at(-1) !== now) seen.push(now);
  };
  return repeat(10, round, () => seen);
}

/** Reads products by id through the alias, over and over; says which were seen with an older version than before. */
export function readProducts(
  fixture: ConsumerFixture,
  log: readonly ProductEvent[],
): Ongoing<{ wentBack: string[]; failed: string[] }> & { readonly reads: number } {
  const newest = new Map<string, number>();
  const wentBack: string[] = [];
  const failed: string[] = [];
  let reads = 0;
  const round = async (): Promise<void> => {
    const ids = [...new Set(log.slice(-100).map(({ subject }) => subject))];
    if (ids.length === 0) return;
    try {
      const { docs } = await elasticsearch().mget<{ version: number }>({ index: fixture.alias, ids });
      for (const document of docs) {
        if ('error' in document) failed.push(`${document._id}: ${document.error.reason}`);
        const version = '_source' in document ? (document._source?.version ?? 0) : 0;
        const before = newest.get(document._id) ?? 0;
        if (version < before) wentBack.push(`${document._id}: ${before} to ${version}`);
        newest.set(document._id, Math.max(before, version));
        reads += 1;
      }
    } catch (error) {
      failed.push(String(error));
    }
  };
  const { stop } = repeat(5, round, () => ({ wentBack, failed }));
  return {
    stop,
    /** How many documents were read so far. */
    get reads() {
      return reads;
    },
  };
}
