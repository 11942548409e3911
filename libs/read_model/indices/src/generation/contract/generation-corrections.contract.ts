import { randomUUID } from 'node:crypto';
import type { DocumentToWrite, GenerationName, ObservedDocument } from '../generation.ts';
import { contractDocument, type ContractContext } from './store-contract.ts';

/** The part of the contract about putting single documents right. */
export function correctionsContract(context: ContractContext): void {
  const observed = (name: GenerationName, { id }: DocumentToWrite): Promise<ObservedDocument | undefined> =>
    context.store.observe(name, id);
  const at = (productId: string, version: number, title: string): DocumentToWrite =>
    contractDocument(version, { productId, title });

  describe('correct', () => {
    it('gives a document of the same version its right content', async () => {
      const name = await context.created();
      const id = randomUUID();
      await context.store.write(name, [at(id, 3, 'wrong')]);
      const seen = await context.store.observe(name, id);
      expect(seen).toMatchObject({ id, version: 3, document: { title: 'wrong' } });
      const right = at(id, 3, 'right');
      expect(await context.store.correct(name, id, seen, right)).toEqual({ outcome: 'corrected' });
      const { canonical, digest } = right;
      expect(await context.only(name, right)).toEqual({
        id,
        version: 3,
        document: JSON.parse(canonical),
        digest,
      });
      expect((await observed(name, right))!.revision).not.toBe(seen!.revision);
    });

    it('makes a document that is missing', async () => {
      const name = await context.created();
      const right = at(randomUUID(), 4, 'right');
      expect(await observed(name, right)).toBeUndefined();
      expect(await context.store.correct(name, right.id, undefined, right)).toEqual({ outcome: 'corrected' });
      expect(await context.only(name, right)).toMatchObject({ version: 4 });
    });

    it('lowers a version that no log ever had, and the next one is taken again', async () => {
      const name = await context.created();
      const id = randomUUID();
      await context.store.write(name, [at(id, 9, 'from nowhere')]);
      const seen = await context.store.observe(name, id);
      expect(await context.store.correct(name, id, seen, at(id, 4, 'right'))).toEqual({
        outcome: 'corrected',
      });
      expect(await context.store.observe(name, id)).toMatchObject({
        version: 4,
        document: { title: 'right' },
      });
      expect(await context.store.write(name, [at(id, 5, 'next')])).toMatchObject({ written: 1 });
    });

    it('takes a document away that should not be there, and one of its id can be made afterwards', async () => {
      const name = await context.created();
      const extra = at(randomUUID(), 5, 'extra');
      await context.store.write(name, [extra]);
      const seen = await observed(name, extra);
      expect(await context.store.correct(name, extra.id, seen, undefined)).toEqual({ outcome: 'corrected' });
      expect(await observed(name, extra)).toBeUndefined();
      const first = at(extra.id, 1, 'created after all');
      expect(await context.store.correct(name, extra.id, undefined, first)).toEqual({ outcome: 'corrected' });
      expect(await context.only(name, first)).toMatchObject({ version: 1 });
    });

    it('leaves a later version alone that came after the document was observed', async () => {
      const name = await context.created();
      const id = randomUUID();
      await context.store.write(name, [at(id, 3, 'wrong')]);
      const seen = await context.store.observe(name, id);
      await context.store.write(name, [at(id, 4, 'of the feed')]);
      for (const correction of [at(id, 3, 'right'), at(id, 2, 'right'), undefined])
        expect(await context.store.correct(name, id, seen, correction)).toEqual({ outcome: 'changed' });
      expect(await context.store.observe(name, id)).toMatchObject({
        version: 4,
        document: { title: 'of the feed' },
      });
      const other = randomUUID();
      await context.store.write(name, [at(other, 2, 'of the feed')]);
      expect(await context.store.correct(name, other, undefined, at(other, 1, 'right'))).toEqual({
        outcome: 'changed',
      });
      expect(await context.store.observe(name, other)).toMatchObject({ version: 2 });
    });

    it('ends at the latest version whatever the order of corrections and a feed', async () => {
      const name = await context.created();
      const ids = Array.from({ length: 10 }, () => randomUUID());
      await context.store.write(
        name,
        ids.map((id) => at(id, 3, 'wrong')),
      );
      const seen = await Promise.all(ids.map((id) => context.store.observe(name, id)));
      await Promise.all(
        ids.flatMap((id, index) => [
          context.store.correct(name, id, seen[index], at(id, 3, 'right')),
          context.store.write(name, [at(id, 4, 'of the feed')]),
        ]),
      );
      for (const [, found] of await context.store.read(name, ids))
        expect(found).toMatchObject({ version: 4, document: { title: 'of the feed' } });
    });

    it('says why the store will never take a document', async () => {
      const name = await context.created();
      const bad = context.subject.unacceptable(randomUUID(), 2);
      expect(await context.store.correct(name, bad.id, undefined, bad)).toEqual({
        outcome: 'rejected',
        reason: expect.stringMatching(/\w/),
      });
    });

    it('refuses a generation that is gone, and makes nothing in its place', async () => {
      const name = await context.created();
      const document = at(randomUUID(), 1, 'x');
      await context.store.write(name, [document]);
      const seen = await observed(name, document);
      await context.store.drop(name);
      const gone = { code: 'DEPENDENCY' };
      await expect(observed(name, document)).rejects.toMatchObject(gone);
      await expect(context.store.correct(name, document.id, seen, document)).rejects.toMatchObject(gone);
      await expect(context.store.correct(name, document.id, seen, undefined)).rejects.toMatchObject(gone);
      expect(await context.store.list()).not.toContain(name);
    });
  });
}
