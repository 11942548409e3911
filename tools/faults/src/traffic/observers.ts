import type { World } from '../cluster/world.ts';
import { check, repeat, type Ongoing } from '../waiting.ts';

export interface AliasHistory {
  readonly samples: number;
  /** What the alias resolved to, in order, without repetitions. */
  readonly seen: readonly string[];
  /** Longest time between two samples, in milliseconds. */
  readonly longestGapMs: number;
}

/**
 * Looks at the alias every 5 ms. A sample that gets no answer counts as none: that Elasticsearch is away is no state of the alias.
 */
export function watchAlias(world: World): Ongoing<AliasHistory> {
  const seen: string[] = [];
  let [samples, longestGapMs, last] = [0, 0, performance.now()];
  const round = async (): Promise<void> => {
    const behind = await world.search.behind(world.alias).catch(() => undefined);
    if (behind === undefined) return;
    const now = performance.now();
    if (samples > 0) longestGapMs = Math.max(longestGapMs, now - last);
    last = now;
    samples += 1;
    const found = behind.join(',');
    if (seen.at(-1) !== found) seen.push(found);
  };
  return repeat(5, round, () => ({ samples, seen, longestGapMs: Math.round(longestGapMs) }), world.closed);
}

/**
 * I6: at every sample the alias was on exactly one index, and that one was proven or made by the live feed.
 * @throws Error with what was seen
 */
export async function checkAlias({ read }: World, { seen, samples }: AliasHistory): Promise<void> {
  check(samples > 0, 'I6: the alias was never sampled');
  for (const names of seen) {
    check(
      names !== '' && !names.includes(','),
      `I6: the alias was on "${names}" (in order: ${seen.join(' > ')})`,
    );
    const { rows } = await read.query<{ state: string }>(
      'SELECT state FROM registry.generations WHERE name = $1',
      [names],
    );
    const state = rows[0]?.state ?? 'unknown';
    check(
      ['LIVE', 'STANDBY', 'RETIRED', 'VERIFIED'].includes(state),
      `I6: the alias was on ${names}, which is ${state}`,
    );
  }
}

export interface ReaderHistory {
  readonly reads: number;
  /** Products that were seen with an older version than before. */
  readonly wentBack: readonly string[];
  readonly failed: readonly string[];
}

/** Reads products by id through the alias, over and over. A read that fails while `away` says so is no failure. */
export function readProducts(
  world: World,
  ids: () => readonly string[],
  away: () => boolean = () => false,
): Ongoing<ReaderHistory> {
  const newest = new Map<string, number>();
  const wentBack: string[] = [];
  const failed: string[] = [];
  let reads = 0;
  const round = async (): Promise<void> => {
    const wanted = ids();
    if (wanted.length === 0) return;
    const expected = away();
    const fail = (why: string): void => {
      if (!expected && !away()) failed.push(why);
    };
    try {
      const { status, body } = await world.search.call('POST', `${world.alias}/_mget`, { ids: wanted });
      if (status !== 200) {
        fail(`${status} ${JSON.stringify(body).slice(0, 200)}`);
        return;
      }
      reads += 1;
      const found = body['docs'] as {
        _id: string;
        found?: boolean;
        _source?: { version: number };
        error?: unknown;
      }[];
      for (const { _id, error, _source } of found) {
        if (error !== undefined) {
          fail(`${_id}: ${JSON.stringify(error).slice(0, 200)}`);
          continue;
        }
        const before = newest.get(_id) ?? 0;
        const version = _source?.version ?? 0;
        if (version < before) wentBack.push(`${_id}: ${before} to ${version} at ${new Date().toISOString()}`);
        newest.set(_id, Math.max(before, version));
      }
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  };
  return repeat(5, round, () => ({ reads, wentBack, failed }), world.closed);
}

/** I7 and no failed read. */
export function checkReaders({ reads, wentBack, failed }: ReaderHistory): void {
  check(reads > 0, 'I7: nothing was ever read');
  check(wentBack.length === 0, `I7: ${wentBack.length} reads went back: ${wentBack[0]}`);
  check(failed.length === 0, `I7: ${failed.length} reads failed: ${failed[0]}`);
}
