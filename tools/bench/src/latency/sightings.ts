import { setTimeout as delay } from 'node:timers/promises';
import { now } from './steady-writes.ts';

/** Moments at which writes were first seen, in milliseconds since 1970, by {@link writeKey}. */
export type Sightings = ReadonlyMap<string, number>;

export interface Observation {
  /** Has a write looked for from now on. */
  expect(productId: string, version: number): void;
  /** Resolves when everything expected was seen. */
  end(): Promise<Sightings>;
}

export interface ObservationInput {
  /** Versions of these products as they are visible now; those that are not visible are absent. */
  readonly look: (productIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** Pause between two looks in milliseconds. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Longest time a write may stay unseen after the last one was sent. */
const patienceMs = 60_000;

export const writeKey = (productId: string, version: number): string => `${productId} ${version}`;

/**
 * Looks for writes until it is ended and all were seen. A write counts as seen when the look that shows it, or a later version of
 * its product, has been answered: too late by one look at most, never too early.
 */
export function observe({ look, everyMs, signal }: ObservationInput): Observation {
  const missing = new Map<string, Set<number>>();
  const seen = new Map<string, number>();
  let endedAt: number | undefined;

  const lookOnce = async (): Promise<void> => {
    const visible = await look([...missing.keys()]);
    const at = now();
    for (const [productId, visibleVersion] of visible) {
      const versions = missing.get(productId) ?? new Set<number>();
      for (const version of versions) {
        if (version > visibleVersion) continue;
        seen.set(writeKey(productId, version), at);
        versions.delete(version);
      }
      if (versions.size === 0) missing.delete(productId);
    }
  };
  const looking = (async () => {
    for (;;) {
      signal.throwIfAborted();
      if (missing.size > 0) await lookOnce();
      else if (endedAt !== undefined) return;
      if (endedAt !== undefined && now() - endedAt > patienceMs)
        throw new Error(
          `Writes to ${missing.size} products were not seen within ${patienceMs / 1000} s of the last one.`,
        );
      await delay(everyMs);
    }
  })();
  looking.catch(() => undefined);

  return {
    expect(productId, version) {
      const versions = missing.get(productId) ?? new Set<number>();
      missing.set(productId, versions.add(version));
    },
    async end() {
      endedAt = now();
      await looking;
      return seen;
    },
  };
}
