import type { CanaryMark, CanaryStore, Generation } from '@reprise/read-model-indices';
import { silentLogger } from '@reprise/runtime';
import { CanaryWatch } from './canary-watch.ts';

const at = Date.parse('2026-11-30T12:00:00Z');
const generation = (state: string) =>
  ({ uuid: 'u', name: 'orders_v1', projection: 'orders', state }) as unknown as Generation;
const sent = (offset: bigint, secondsAgo = 0) => ({
  offset,
  sentAt: new Date(at - 1_000 * secondsAgo).toISOString(),
});

/** A store whose searches find what was written after `looks` more of them. */
function watched({ looks = 0, fault }: { looks?: number; fault?: Error } = {}) {
  const marks = new Map<number, CanaryMark>();
  const written: bigint[] = [];
  let left = looks;
  const clock = { now: at };
  const store = {
    write: (_: string, mark: CanaryMark) => {
      if (fault) return Promise.reject(fault);
      written.push(mark.offset);
      return Promise.resolve(void marks.set(mark.partition, mark));
    },
    find: (_: string, partition: number) => Promise.resolve(marks.get(partition)),
    search: () => {
      clock.now += 100;
      return Promise.resolve(left-- > 0 ? [] : [...marks.values()]);
    },
  } as unknown as CanaryStore;
  const seen: string[] = [];
  const say = (what: string) => (_: string, partition: number, seconds: readonly number[]) =>
    void seen.push(`${what} ${partition}: ${seconds.join(' ')}`);
  const metrics = {
    readable: say('readable'),
    searchable: say('searchable'),
    failed: () => void seen.push('failed'),
  };
  const input = { storeOf: () => store, metrics, logger: silentLogger(), now: () => clock.now, lookMs: 0 };
  return { watch: new CanaryWatch(input), seen, written, input };
}

const settled = async (seen: string[], count: number) => {
  while (seen.length < count) await new Promise((resolve) => setImmediate(resolve));
};

describe('a canary that readers’ generation was fed', () => {
  it('is measured until it is found by its id, and until a search finds it', async () => {
    const { watch, seen } = watched({ looks: 3 });
    watch.passed({ generation: generation('LIVE'), partition: 2, canaries: [sent(7n, 1)] });
    await settled(seen, 2);
    expect(seen).toEqual(['readable 2: 1', 'searchable 2: 1.4']);
  });

  it('is measured with all that came with it, each from its own time, and kept as one mark', async () => {
    const { watch, seen, written } = watched();
    watch.passed({ generation: generation('LIVE'), partition: 0, canaries: [sent(1n, 60), sent(9n, 10)] });
    await settled(seen, 2);
    expect(seen[0]).toBe('readable 0: 60 10');
    expect(written).toEqual([9n]);
  });

  it('waits for the one before it in its partition, and for none of another', async () => {
    const { watch, seen, written } = watched({ looks: 2 });
    for (const offset of [1n, 2n, 3n])
      watch.passed({ generation: generation('LIVE'), partition: 0, canaries: [sent(offset)] });
    watch.passed({ generation: generation('LIVE'), partition: 1, canaries: [sent(4n)] });
    await settled(seen, 6);
    expect(written).toEqual([1n, 4n, 3n]);
  });

  it('is not looked for in a generation that readers do not use', async () => {
    const { watch, seen, written } = watched();
    for (const state of ['STANDBY', 'VERIFIED'])
      watch.passed({ generation: generation(state), partition: 0, canaries: [sent(1n)] });
    await watch.close();
    expect([seen, written]).toEqual([[], []]);
  });

  it('costs a measurement, and nothing else, when a store fails', async () => {
    const { watch, seen } = watched({ fault: new Error('away') });
    watch.passed({ generation: generation('LIVE'), partition: 0, canaries: [sent(1n)] });
    await settled(seen, 1);
    expect(seen).toEqual(['failed']);
  });

  it('that no search finds counts as late as patience lasts, and is not waited for when the feed stops', async () => {
    const never = watched({ looks: Infinity });
    const impatient = new CanaryWatch({ ...never.input, patienceMs: 0 });
    impatient.passed({ generation: generation('LIVE'), partition: 0, canaries: [sent(1n, 3)] });
    await settled(never.seen, 2);
    expect(never.seen[1]).toMatch(/^searchable 0: 3\.\d/);
    const stopped = watched({ looks: Infinity });
    stopped.watch.passed({ generation: generation('LIVE'), partition: 0, canaries: [sent(1n)] });
    await settled(stopped.seen, 1);
    await stopped.watch.close();
    expect(stopped.seen).toEqual(['readable 0: 0']);
  });
});
