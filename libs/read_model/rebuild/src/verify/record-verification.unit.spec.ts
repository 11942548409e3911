import type { Registry, Verification } from '@reprise/read-model-indices';
import { recordVerification } from './record-verification.ts';
import type { VerifyReport } from './verify.ts';

const report = {
  ...{ projection: 'orders', generation: 'g', outcome: 'drift', warnings: ['one'] },
  counts: { missing: 1, extra: 2, stale: 3, different: 4, inFlight: 50, behind: 60, unpublished: 70 },
} as unknown as VerifyReport;
const registryThat = (record: (found: Verification) => Promise<void>) =>
  ({ verifications: { record } }) as unknown as Registry;

describe('a verification', () => {
  it('is entered with the documents that no feeder was about to put right', async () => {
    const entered: Verification[] = [];
    const registry = registryThat((found) => Promise.resolve(void entered.push(found)));
    expect(await recordVerification(registry, report)).toBe(report);
    expect(entered).toEqual([{ projection: 'orders', generation: 'g', outcome: 'drift', differing: 10 }]);
  });

  it('stays valid where it could not be entered, and says so', async () => {
    const registry = registryThat(() => Promise.reject(new Error('permission denied')));
    const { warnings, outcome } = await recordVerification(registry, report);
    expect(outcome).toBe('drift');
    expect(warnings).toEqual(['one', 'the result was not entered in the registry: permission denied']);
  });
});
