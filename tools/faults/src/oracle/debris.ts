import type { World } from '../cluster/world.ts';
import { check } from '../waiting.ts';

/**
 * I13: every index of this world is one that is used, no build is left open and no lease is held.
 * @throws Error naming what lies about
 */
export async function checkNoDebris({ read, search }: World): Promise<void> {
  const { rows } = await read.query<{ name: string; state: string; fingerprint: string }>(
    `SELECT name, state, fingerprint FROM registry.generations WHERE storage = 'elasticsearch'`,
  );
  const open = rows.filter(({ state }) => state === 'BUILDING');
  check(open.length === 0, `I13: ${open[0]?.name} is still BUILDING`);
  const states = new Map(rows.map(({ name, state }) => [name, state]));
  const { body } = await search.call(
    'GET',
    'product_search_v*?filter_path=*.mappings._meta&allow_no_indices=true',
  );
  const fingerprints = new Set(rows.map(({ fingerprint }) => fingerprint));
  for (const [name, index] of Object.entries(
    body as Readonly<Record<string, { mappings?: { _meta?: unknown } }>>,
  )) {
    const meta = JSON.stringify(index.mappings?._meta ?? {});
    if (!states.has(name) && ![...fingerprints].some((fingerprint) => meta.includes(fingerprint))) continue;
    const state = states.get(name);
    check(
      state !== undefined && !['PRUNED', 'ABANDONED', 'FAILED', 'GONE'].includes(state),
      `I13: the index ${name} is there though its generation is ${state ?? 'unknown'}`,
    );
  }
  const { rows: leases } = await read.query<{ holder: string }>(
    'SELECT holder FROM registry.leases WHERE expires_at > clock_timestamp()',
  );
  check(leases.length === 0, `I13: ${leases[0]?.holder} still holds a lease`);
}
