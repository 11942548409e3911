import { randomUUID } from 'node:crypto';
import type { DocumentToWrite } from '../generation.ts';
import { contractDocument, type ContractContext } from './store-contract.ts';

/** The part of the contract about making generations and writing to them. */
export function writesContract(context: ContractContext): void {
  describe('create', () => {
    it('makes an empty generation that carries its meta and is listed', async () => {
      const name = context.newName();
      const meta = context.metaOf();
      expect(await context.store.meta(name)).toBeUndefined();
      await context.store.create(name, meta);
      expect(await context.store.meta(name)).toEqual(meta);
      expect(await context.store.list()).toContain(name);
      await context.store.refresh(name);
      expect(await context.store.counts(name)).toEqual({ documents: 0, tombstones: 0 });
      expect(await context.store.bucketDigests(name)).toEqual([]);
      expect(await context.scanned(name)).toEqual([]);
    });

    it('refuses a name that exists and leaves what is there as it is', async () => {
      const name = context.newName();
      const meta = context.metaOf();
      await context.store.create(name, meta);
      const document = contractDocument(1);
      await context.store.write(name, [document]);
      await expect(context.store.create(name, context.metaOf())).rejects.toMatchObject({
        code: 'GENERATION_CONFLICT',
      });
      await expect(context.store.create(name, meta)).rejects.toMatchObject({ code: 'GENERATION_CONFLICT' });
      expect(await context.store.meta(name)).toEqual(meta);
      expect(await context.only(name, document)).toBeDefined();
    });
  });

  describe('write', () => {
    it('keeps documents as the projection made them, readable at once, with version and digest', async () => {
      const name = await context.created();
      const documents = [
        contractDocument(1),
        contractDocument(7, { title: 'Straße "ø" \\ \u2028 😀', stock: 0, status: 'published' }),
      ];
      expect(await context.store.write(name, documents)).toEqual({ written: 2, stale: 0, rejected: [] });
      const found = await context.store.read(name, [...documents.map(({ id }) => id), randomUUID()]);
      expect(found.size).toBe(2);
      for (const { id, version, canonical, digest } of documents) {
        expect(found.get(id)).toEqual({ id, version, document: JSON.parse(canonical), digest });
      }
    });

    it('writes nothing when there is nothing to write', async () => {
      expect(await context.store.write(await context.created(), [])).toEqual({
        written: 0,
        stale: 0,
        rejected: [],
      });
    });

    it('takes a newer version, and counts the same or an older one as stale without changing anything', async () => {
      const name = await context.created();
      const at = (version: number): DocumentToWrite =>
        contractDocument(version, { productId, title: `at version ${version}`, stock: version });
      const productId = randomUUID();
      expect(await context.store.write(name, [at(3)])).toMatchObject({ written: 1, stale: 0 });
      const same = contractDocument(3, { productId, title: 'another writer’s version 3' });
      expect(await context.store.write(name, [same])).toMatchObject({ written: 0, stale: 1 });
      expect(await context.store.write(name, [at(2)])).toMatchObject({ written: 0, stale: 1 });
      expect((await context.only(name, at(3)))!.document).toEqual(JSON.parse(at(3).canonical));
      expect(await context.store.write(name, [at(5)])).toMatchObject({ written: 1, stale: 0 });
      expect(await context.only(name, at(5))).toMatchObject({
        version: 5,
        document: JSON.parse(at(5).canonical),
      });
    });

    it('ends at the highest version whatever the order of concurrent writers', async () => {
      const name = await context.created();
      const products = Array.from({ length: 20 }, () => randomUUID());
      const versions = [4, 9, 1, 7, 2, 8, 3, 6, 5];
      const results = await Promise.all(
        versions.map((version) =>
          context.store.write(
            name,
            products.map((productId) => contractDocument(version, { productId, stock: version })),
          ),
        ),
      );
      const found = await context.store.read(name, products);
      for (const productId of products) {
        expect(found.get(productId)).toMatchObject({ version: 9, document: { stock: 9 } });
      }
      const acknowledged = results.reduce((sum, { written, stale }) => sum + written + stale, 0);
      expect(acknowledged).toBe(products.length * versions.length);
    });

    it('ends at the highest version of a document that stands in one call several times', async () => {
      const name = await context.created();
      const productId = randomUUID();
      const documents = [2, 3, 1].map((version) => contractDocument(version, { productId, stock: version }));
      const { written, stale, rejected } = await context.store.write(name, documents);
      expect([written + stale, rejected]).toEqual([3, []]);
      expect((await context.store.read(name, [productId])).get(productId)).toMatchObject({
        version: 3,
        document: { stock: 3 },
      });
    });

    it('loses none of 499 documents to one it will never take, and says which and why', async () => {
      const name = await context.created();
      const good = Array.from({ length: 499 }, (_, stock) => contractDocument(1, { stock }));
      const bad = context.subject.unacceptable(randomUUID(), 4);
      const result = await context.store.write(name, [...good.slice(0, 250), bad, ...good.slice(250)]);
      expect(result).toMatchObject({ written: 499, stale: 0, rejected: [{ id: bad.id, version: 4 }] });
      expect(result.rejected[0]!.reason).toMatch(/\w/);
      expect((await context.store.read(name, [...good.map(({ id }) => id), bad.id])).size).toBe(499);
    });

    it('takes ten thousand documents in one call', async () => {
      const name = await context.created();
      const documents = Array.from({ length: 10_000 }, (_, stock) => contractDocument(1, { stock }));
      expect(await context.store.write(name, documents)).toEqual({ written: 10_000, stale: 0, rejected: [] });
      expect(await context.store.write(name, documents)).toEqual({ written: 0, stale: 10_000, rejected: [] });
      await context.store.refresh(name);
      expect(await context.store.counts(name)).toEqual({ documents: 10_000, tombstones: 0 });
    });

    it('ends with the reason of its signal', async () => {
      const name = await context.created();
      const reason = new Error('asked to stop');
      const documents = Array.from({ length: 5_000 }, () => contractDocument(1));
      await expect(context.store.write(name, documents, AbortSignal.abort(reason))).rejects.toBe(reason);
      const controller = new AbortController();
      const writing = context.store.write(name, documents, controller.signal);
      controller.abort(reason);
      await expect(writing).rejects.toBe(reason);
    });

    it('refuses a generation that is gone, and makes nothing in its place', async () => {
      const name = await context.created();
      await context.store.drop(name);
      await expect(context.store.write(name, [contractDocument(1)])).rejects.toMatchObject({
        code: 'DEPENDENCY',
      });
      expect(await context.store.list()).not.toContain(name);
      expect(await context.store.meta(name)).toBeUndefined();
    });
  });
}
