import type { ContractContext } from './store-contract.ts';

/** The part of the contract about what readers are pointed at. */
export function readersContract(context: ContractContext): void {
  describe('readers', () => {
    beforeEach(() => context.subject.releaseReaders());

    it('are nowhere at first, and go where they are switched', async () => {
      const [first, second] = [await context.created(), await context.created()];
      expect(await context.store.observeReaders()).toEqual({ kind: 'none' });
      await context.store.switchReaders(undefined, first);
      expect(await context.store.observeReaders()).toEqual({ kind: 'generation', name: first });
      await context.store.switchReaders(first, second);
      expect(await context.store.observeReaders()).toEqual({ kind: 'generation', name: second });
      await context.store.switchReaders(second, first);
      expect(await context.store.observeReaders()).toEqual({ kind: 'generation', name: first });
    });

    it('are reported for every generation, also those that somebody else pointed there', async () => {
      const [first, second] = [await context.created(), await context.created()];
      await context.created();
      expect(await context.store.readBy()).toEqual(new Map());
      await context.store.switchReaders(undefined, first);
      const others = await context.subject.readElsewhere(second);
      const { readers } = context.store;
      expect(await context.store.readBy()).toEqual(
        new Map([
          [first, [readers]],
          [second, [others]],
        ]),
      );
    });

    it('stay when they are not where the caller saw them', async () => {
      const [first, second, third] = [
        await context.created(),
        await context.created(),
        await context.created(),
      ];
      await context.store.switchReaders(undefined, second);
      for (const from of [first, undefined]) {
        await expect(context.store.switchReaders(from, third)).rejects.toMatchObject({
          code: 'CUTOVER_CONFLICT',
        });
      }
      expect(await context.store.observeReaders()).toEqual({ kind: 'generation', name: second });
    });

    it('follow exactly one of several cutovers made at once', async () => {
      const from = await context.created();
      await context.store.switchReaders(undefined, from);
      const targets = [
        await context.created(),
        await context.created(),
        await context.created(),
        await context.created(),
      ];
      const results = await Promise.allSettled(targets.map((to) => context.store.switchReaders(from, to)));
      const winners = targets.filter((_, i) => results[i]!.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect(await context.store.observeReaders()).toEqual({ kind: 'generation', name: winners[0] });
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CUTOVER_CONFLICT' });
      }
    });

    it('are not moved to a generation that does not exist', async () => {
      const from = await context.created();
      await context.store.switchReaders(undefined, from);
      await expect(context.store.switchReaders(from, context.newName())).rejects.toMatchObject({
        code: 'CUTOVER_CONFLICT',
      });
      expect(await context.store.observeReaders()).toEqual({ kind: 'generation', name: from });
    });

    it('are not moved while their name stands for something else', async () => {
      const to = await context.created();
      await context.subject.confuseReaders();
      const { kind, ...rest } = await context.store.observeReaders();
      expect([kind, rest]).toEqual(['ambiguous', { names: expect.arrayContaining([expect.any(String)]) }]);
      await expect(context.store.switchReaders(undefined, to)).rejects.toMatchObject({
        code: 'CUTOVER_CONFLICT',
      });
    });

    it('keep their generation from being dropped', async () => {
      const [serving, other] = [await context.created(), await context.created()];
      await context.store.switchReaders(undefined, serving);
      await expect(context.store.drop(serving)).rejects.toMatchObject({ code: 'GENERATION_CONFLICT' });
      await context.store.drop(other);
      await context.store.drop(other);
      const left = await context.store.list();
      expect([left.includes(serving), left.includes(other)]).toEqual([true, false]);
    });
  });
}
