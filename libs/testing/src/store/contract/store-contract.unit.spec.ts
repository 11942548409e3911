import { brokenCanaries } from '../../testing/broken-stores/canaries.ts';
import { brokenContents } from '../../testing/broken-stores/contents.ts';
import { brokenCorrections } from '../../testing/broken-stores/corrections.ts';
import { brokenPositions } from '../../testing/broken-stores/positions.ts';
import { brokenReaders } from '../../testing/broken-stores/readers.ts';
import { brokenWrites } from '../../testing/broken-stores/writes.ts';
import { failedRules, rulesOf } from '../../testing/failed-rules.ts';
import { memoryUnderContract } from '../../testing/memory-under-contract.ts';
import { storeContract } from './store-contract.ts';
import type { OpenStore } from './store-test.ts';

const broken = [
  ...brokenWrites,
  ...brokenContents,
  ...brokenCorrections,
  ...brokenReaders,
  ...brokenPositions,
  ...brokenCanaries,
];

const failedOf = (open: OpenStore, only?: string) =>
  failedRules((runner) => storeContract(open, runner), only);

describe('the contract of stores', () => {
  it.each(broken)('fails for a store that %s', async (_, rule, change) => {
    const open: OpenStore = (projection) => {
      const subject = memoryUnderContract(projection);
      return { ...subject, store: { ...subject.store, ...change(subject.store) } };
    };
    expect(await failedOf(open, rule)).toEqual([rule]);
  });

  it('has a broken store for every rule', () => {
    const rules = rulesOf((runner) => storeContract(memoryUnderContract, runner)).map(({ title }) => title);
    expect(new Set(broken.map(([, rule]) => rule))).toEqual(new Set(rules));
  });

  it('passes over what a store says it cannot do, and takes a store alone', async () => {
    const bare: OpenStore = (projection) => {
      const { writeWithPositions: _, ...store } = memoryUnderContract(projection).store;
      return store;
    };
    expect(await failedOf(bare)).toEqual([]);
  });

  it('does not pass over positions that nobody looks at', async () => {
    const alone: OpenStore = (projection) => memoryUnderContract(projection).store;
    const rule = 'the run that lost its lease changes neither documents nor positions';
    expect(await failedOf(alone, rule)).toEqual([rule]);
  });
});
