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
    expect(entered).toEqual([
      { projection: 'orders', generation: 'g', outcome: 'drift', differing: 10, proof: null },
    ]);
  });

  it('is entered as a proof where it found no difference', async () => {
    const entered: Verification[] = [];
    const registry = registryThat((found) => Promise.resolve(void entered.push(found)));
    const found = { digest: 'd', watermark: { 0: '7' }, upTo: '2026-12-01T00:00:00.000Z' };
    const whole = { ...report, ...found, clean: true };
    await recordVerification(registry, whole);
    await recordVerification(registry, { ...whole, clean: false });
    await recordVerification(registry, { ...whole, digest: null });
    const proof = { generation: 'g', digest: 'd', watermark: { 0: '7' }, at: '2026-12-01T00:00:00.000Z' };
    expect(entered.map((one) => one.proof)).toEqual([proof, null, null]);
  });

  it('stays valid where it could not be entered, and says so', async () => {
    const registry = registryThat(() => Promise.reject(new Error('permission denied')));
    const { warnings, outcome } = await recordVerification(registry, report);
    expect(outcome).toBe('drift');
    expect(warnings).toEqual(['one', 'the result was not entered in the registry: permission denied']);
  });
});
