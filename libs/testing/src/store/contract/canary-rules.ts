import { setTimeout as delay } from 'node:timers/promises';
import type { CanaryMark, CanaryStore, GenerationName } from '@reprise/read-model-indices';
import { equal } from '../../suite/assertions.ts';
import { contractDocument, type Rule } from './store-test.ts';

/** Far more looks than any store needs until a search finds what was written. */
const looks = 600;
const betweenLooksMs = 50;

/** Rules about what is kept beside generations to measure how fresh they are; for stores that keep canaries. */
export function canaryRules(rule: Rule): void {
  rule('the latest canary of each partition is found by its id, and soon by a search', async (test) => {
    const { canaries } = test.store;
    if (!canaries) return;
    const name = await test.created();
    equal(await canaries.find(name, 0), undefined);
    for (const offset of [5n, 3n]) await canaries.write(name, markAt(0, offset));
    equal(await canaries.find(name, 0), markAt(0, 5n));
    for (const mark of [markAt(0, 9n), markAt(1, 7n)]) await canaries.write(name, mark);
    equal(await canaries.find(name, 0), markAt(0, 9n));
    equal(await searched(canaries, name, [9n, 7n]), [markAt(0, 9n), markAt(1, 7n)]);
  });

  rule('a canary is no document, and what keeps it no generation', async (test) => {
    const { store } = test;
    if (!store.canaries) return;
    const name = await test.created();
    await store.write(name, [contractDocument(1)]);
    const all = async () => {
      await store.refresh(name);
      const scanned = (await test.scanned(name)).flat();
      return [await store.counts(name), await store.bucketDigests(name), scanned, await store.list()];
    };
    const before = await all();
    await store.canaries.write(name, markAt(0, 5n));
    equal(await all(), before);
    equal([...(await store.readBy())], []);
  });

  rule('canaries go with their generation, and none is kept beside one that is gone', async (test) => {
    const { store } = test;
    const { canaries } = store;
    if (!canaries) return;
    const [gone, other] = [await test.created(), await test.created()];
    for (const name of [gone, other]) await canaries.write(name, markAt(0, 5n));
    for (const again of [false, true]) {
      // A consumer that has not heard of it yet; whether that is an error is up to the store.
      if (again) await canaries.write(gone, markAt(0, 6n)).catch(() => undefined);
      else await store.drop(gone);
      equal(await canaries.find(gone, 0), undefined);
      equal(await canaries.search(gone), []);
    }
    equal(await canaries.find(other, 0), markAt(0, 5n));
  });
}

function markAt(partition: number, offset: bigint): CanaryMark {
  return { partition, offset, sentAt: '2026-11-20T09:31:01.007Z' };
}

/** What a search finds, by partition, once it is what is waited for, or after many looks. */
async function searched(
  canaries: CanaryStore,
  name: GenerationName,
  offsets: readonly bigint[],
): Promise<CanaryMark[]> {
  for (let look = 1; ; look++) {
    const found = (await canaries.search(name)).sort((a, b) => a.partition - b.partition);
    if (look === looks || offsets.every((offset, at) => found[at]?.offset === offset)) return found;
    await delay(betweenLooksMs);
  }
}
