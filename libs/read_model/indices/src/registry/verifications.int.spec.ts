import { testRegistry } from '../testing/registry-database.ts';

describe('the last verification of a read model', () => {
  it('takes the place of the one before it, and none of another read model', async () => {
    const { registry } = await testRegistry();
    const one = { projection: 'one', generation: 'g1', outcome: 'drift', differing: 3, proof: null };
    await registry.verifications.record(one);
    await registry.verifications.record({ ...one, projection: 'other', outcome: 'clean', differing: 0 });
    const before = await registry.now();
    await registry.verifications.record({ ...one, generation: 'g2', differing: 2 });
    const listed = await registry.verifications.list();
    expect(listed).toHaveLength(2);
    const again = listed.find(({ projection }) => projection === 'one');
    expect(again).toMatchObject({ generation: 'g2', differing: 2, outcome: 'drift' });
    expect(again!.verifiedAt.getTime()).toBeGreaterThanOrEqual(before.getTime() - 1);
  });

  it('leaves the last one that found no difference', async () => {
    const { registry } = await testRegistry();
    const proof = (at: string) => ({ generation: 'g1', digest: 'd', watermark: { 0: '12' }, at });
    const clean = { projection: 'one', generation: 'g1', outcome: 'clean', differing: 0 };
    await registry.verifications.record({ ...clean, proof: proof('2026-12-01T00:00:00.000Z') });
    await registry.verifications.record({ ...clean, proof: proof('2026-12-02T00:00:00.000Z') });
    await registry.verifications.record({ ...clean, generation: 'g2', outcome: 'drift', proof: null });
    expect(await registry.verifications.list()).toMatchObject([
      { generation: 'g2', outcome: 'drift', proof: proof('2026-12-02T00:00:00.000Z') },
    ]);
  });
});
