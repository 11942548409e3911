import { fingerprintOf } from '@reprise/read-model-indices';
import { productSearch } from '@reprise/product-read-model';
import { projectionChange } from './projection-change.ts';

const topicId = 'a-topic';
const served = (projection: typeof productSearch) => ({
  name: 'product_search_v2_20261130_000000_be99257e' as never,
  topicId,
  projectionVersion: projection.version,
  fingerprint: fingerprintOf(projection, topicId),
});
const logic = { ...productSearch, version: productSearch.version + 1 };
const storage = {
  ...productSearch,
  storage: { ...productSearch.storage, schemaVersion: productSearch.storage.schemaVersion + 1 },
};

describe('a change of a projection', () => {
  it('is none of the same release, of readers that are nowhere, and of a generation as of a moment', () => {
    expect(projectionChange(productSearch, served(productSearch), null)).toBeUndefined();
    expect(projectionChange(productSearch, undefined, null)).toBeUndefined();
    expect(projectionChange(logic, served(productSearch), '2026-11-21T03:00:00Z')).toBeUndefined();
  });

  it('is named by what changed: logic, storage or both', () => {
    const kindOf = (next: typeof productSearch) => projectionChange(next, served(productSearch), null)?.kind;
    expect(kindOf(logic)).toBe('logic');
    expect(kindOf(storage as typeof productSearch)).toBe('storage');
    expect(kindOf({ ...storage, version: logic.version } as typeof productSearch)).toBe('both');
    expect(projectionChange(logic, served(productSearch), null)?.sentence).toContain(
      `from version ${productSearch.version} to ${logic.version}`,
    );
  });
});
