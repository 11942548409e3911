import { testRegistry } from '../testing/registry-database.ts';

describe('the last verification of a read model', () => {
  it('takes the place of the one before it, and none of another read model', async () => {
    const { registry } = await testRegistry();
    const one = { projection: 'one', generation: 'g1', outcome: 'drift', differing: 3 };
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
});
