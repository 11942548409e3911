import { Worker } from 'node:worker_threads';
import type { World } from '../cluster/world.ts';
import { check, type Ongoing } from '../waiting.ts';
import type { AliasSamples } from './alias-sampler.ts';

/** What the alias resolved to, in order, without repetitions, and how closely that was looked at. */
export type AliasHistory = AliasSamples;

/** How often the alias is looked at when Elasticsearch answers in less than that. */
const everyMs = 5;

/** Looks at the alias every 5 ms, as far as Elasticsearch answers that fast; the history shows how far it did. */
export function watchAlias({ search, alias, closed }: World): Ongoing<AliasHistory> {
  const sampler = new Worker(new URL('./alias-sampler.ts', import.meta.url), {
    workerData: { origin: search.origin, alias, everyMs },
    // Neither a test runner's options nor ours: it is one plain file.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: {},
  });
  const ended = new Promise<AliasHistory>((resolve, reject) => {
    sampler.once('message', resolve);
    sampler.once('error', reject);
    sampler.once('exit', () => reject(new Error('the sampler of the alias ended')));
  });
  ended.catch(() => undefined);
  closed.addEventListener('abort', () => void sampler.terminate(), { once: true });
  return {
    stop: () => {
      sampler.postMessage('stop');
      return ended;
    },
  };
}

/** How often the alias was really looked at. */
export function samplingText({ samples, intervalMs: { median, p99, max } }: AliasHistory): string {
  return `${samples} samples of the alias, one every ${median} ms (p99 ${p99} ms, longest ${max} ms)`;
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
    const { rows } = await read.query<{ state: string; digest: string | null }>(
      'SELECT state, digest FROM registry.generations WHERE name = $1',
      [names],
    );
    const { state, digest } = rows[0] ?? { state: 'unknown', digest: null };
    // One that is deleted by now has served if it was proven.
    check(
      ['LIVE', 'STANDBY', 'RETIRED', 'VERIFIED'].includes(state) || (state === 'PRUNED' && digest !== null),
      `I6: the alias was on ${names}, which is ${state}`,
    );
  }
}
