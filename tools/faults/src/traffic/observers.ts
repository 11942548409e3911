import type { World } from '../cluster/world.ts';
import { check, repeat, type Ongoing } from '../waiting.ts';

export interface ReaderHistory {
  readonly reads: number;
  /** Products that were seen with an older version than before. */
  readonly wentBack: readonly string[];
  readonly failed: readonly string[];
}

/** Reads products by id through the alias, over and over. A read that fails while `away` says so is not a failure. */
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
