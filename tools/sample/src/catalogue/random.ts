/** A reproducible source of numbers: the same seed gives the same sequence on any machine. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded). */
  next(): number;
  /** A whole number from 0 (included) to `limit` (excluded). */
  below(limit: number): number;
  /** A whole number from `minimum` to `maximum`, both included. */
  between(minimum: number, maximum: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
}

/**
 * mulberry32 (Tommy Ettinger, public domain): 32 bits of state, a period of 2^32, a few nanoseconds per number. Good enough for
 * made-up products and fast enough for millions of them; not for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const uint32 = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const next = (): number => uint32() / 2 ** 32;
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    between: (minimum, maximum) => minimum + below(maximum - minimum + 1),
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
    bytes: (count) => {
      const bytes = new Uint8Array(count);
      for (let i = 0; i < count; i += 4) {
        const value = uint32();
        for (let byte = 0; byte < 4 && i + byte < count; byte++) bytes[i + byte] = value >>> (8 * byte);
      }
      return bytes;
    },
  };
}
