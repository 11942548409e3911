import { hash, randomUUID } from 'node:crypto';
import type { BucketDigest } from '@reprise/read-model-documents';
import type { DocumentToWrite, StoredDocument } from '../generation.ts';
import { prepareDocument } from '../prepare-document.ts';
import { contractDocument, type ContractContext } from './store-contract.ts';

/** The part of the contract about what a generation holds, and about the end of its build. */
export function contentContract(context: ContractContext): void {
  describe('content', () => {
    it('is summed per bucket and counted as an independent computation has it', async () => {
      const name = await context.created();
      const documents = Array.from({ length: 3_000 }, (_, i) =>
        contractDocument(1 + (i % 3), { stock: i, status: i % 7 === 0 ? 'deleted' : 'published' }),
      );
      await context.store.write(name, documents);
      const replaced = documents
        .slice(0, 500)
        .map(({ id, version }) => contractDocument(version + 1, { productId: id, status: 'published' }));
      await context.store.write(name, replaced);
      await context.store.refresh(name);
      const content = [...replaced, ...documents.slice(500)];
      expect(await context.store.bucketDigests(name)).toEqual(naiveBuckets(content));
      const tombstones = content.filter(({ canonical }) => canonical.includes('"status":"deleted"')).length;
      expect(await context.store.counts(name)).toEqual({ documents: 3_000, tombstones });
      expect(await context.store.sizeInBytes(name)).toBeGreaterThan(0);
    });

    it('keeps versions that are positions, far from counts, and lets no earlier one replace them', async () => {
      const name = await context.created();
      const versions = [2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
      const at = (version: number, stock: number, id: string = randomUUID()) => {
        const data = { productId: id, version: 1, status: 'draft', title: 'Enamel mug', stock };
        return prepareDocument({ id, version, data });
      };
      const documents = versions.map((version) => at(version, 1));
      await context.store.write(name, documents);
      const earlier = documents.map(({ id, version }) => at(version - 1, 2, id));
      expect(await context.store.write(name, earlier)).toMatchObject({ written: 0, stale: 3 });
      await context.store.refresh(name);
      for (const document of documents)
        expect(await context.only(name, document)).toMatchObject({
          version: document.version,
          digest: document.digest,
        });
      expect(await context.store.bucketDigests(name)).toEqual(naiveBuckets(documents));
    });

    it('is scanned page by page, whole or by bucket, every document once', async () => {
      const name = await context.created();
      const documents = Array.from({ length: 1_050 }, (_, stock) => contractDocument(2, { stock }));
      await context.store.write(name, documents);
      await context.store.refresh(name);
      const expected = documents
        .map(({ id, version, canonical, digest }) => ({
          id,
          version,
          document: JSON.parse(canonical),
          digest,
        }))
        .sort(byId);
      for (const batchSize of [100, 350, 5_000]) {
        const pages = await context.scanned(name, { batchSize });
        expect(pages.flat().sort(byId)).toEqual(expected);
        expect(pages.every((page) => page.length > 0 && page.length <= batchSize)).toBe(true);
      }
      const buckets = [0, 17, 255, expected[0]!.digest.bucket];
      const inBuckets = expected.filter(({ digest }) => buckets.includes(digest.bucket));
      expect((await context.scanned(name, { buckets, batchSize: 3 })).flat().sort(byId)).toEqual(inBuckets);
      expect(await context.scanned(name, { buckets: [] })).toEqual([]);
    });

    it('is scanned from one view: writes made meanwhile are not in it', async () => {
      const name = await context.created();
      const documents = Array.from({ length: 300 }, (_, stock) => contractDocument(1, { stock }));
      await context.store.write(name, documents);
      await context.store.refresh(name);
      const seen: StoredDocument[] = [];
      for await (const page of context.store.scan(name, { batchSize: 100 })) {
        seen.push(...page);
        await context.store.write(
          name,
          documents.map(({ id }) =>
            contractDocument(1 + seen.length, { productId: id, title: 'changed meanwhile' }),
          ),
        );
        await context.store.write(name, [contractDocument(1)]);
        await context.store.refresh(name);
      }
      expect(seen.map(({ version }) => version)).toEqual(documents.map(() => 1));
    });

    it('ends a scan with the reason of its signal', async () => {
      const name = await context.created();
      await context.store.write(
        name,
        Array.from({ length: 30 }, () => contractDocument(1)),
      );
      await context.store.refresh(name);
      const controller = new AbortController();
      const reason = new Error('asked to stop');
      const scanning = (async () => {
        for await (const page of context.store.scan(name, { batchSize: 10, signal: controller.signal })) {
          expect(page).toHaveLength(10);
          controller.abort(reason);
        }
      })();
      await expect(scanning).rejects.toBe(reason);
    });

    it('keeps a tombstone that a late event cannot bring back', async () => {
      const name = await context.created();
      const productId = randomUUID();
      await context.store.write(name, [contractDocument(4, { productId, status: 'deleted' })]);
      expect(
        await context.store.write(name, [contractDocument(3, { productId, status: 'published' })]),
      ).toMatchObject({ stale: 1 });
      await context.store.refresh(name);
      expect(await context.store.counts(name)).toEqual({ documents: 1, tombstones: 1 });
      expect((await context.store.read(name, [productId])).get(productId)).toMatchObject({
        document: { status: 'deleted' },
        tombstone: 'ended',
      });
    });

    it('keeps a tombstone without a document, and a document that comes after it', async () => {
      const name = await context.created();
      const id = randomUUID();
      const removed = prepareDocument({ id, version: 2, tombstone: 'removed' });
      await context.store.write(name, [contractDocument(1, { productId: id })]);
      expect(await context.store.write(name, [removed])).toEqual({ written: 1, stale: 0, rejected: [] });
      await context.store.refresh(name);
      const { digest } = removed;
      const stored = { id, version: 2, tombstone: 'removed', document: undefined, digest };
      expect((await context.store.read(name, [id])).get(id)).toEqual(stored);
      expect((await context.scanned(name)).flat()).toEqual([stored]);
      expect(await context.store.counts(name)).toEqual({ documents: 1, tombstones: 1 });
      const seen = await context.store.observe(name, id);
      expect(seen).toMatchObject({ tombstone: 'removed', digest });
      expect(await context.store.correct(name, id, seen, removed)).toEqual({ outcome: 'corrected' });
      const back = contractDocument(3, { productId: id });
      await context.store.write(name, [back]);
      await context.store.refresh(name);
      expect(await context.only(name, back)).toMatchObject({ document: JSON.parse(back.canonical) });
      expect(await context.store.counts(name)).toEqual({ documents: 1, tombstones: 0 });
    });
  });

  describe('settling beside a build', () => {
    it('leaves everything as it is, and takes further writes', async () => {
      const name = await context.created();
      const documents = [contractDocument(1), contractDocument(2)];
      await context.store.write(name, documents);
      const [, , written] = await Promise.all([
        context.store.settle?.(name),
        context.store.settle?.(name),
        context.store.write(name, [contractDocument(1)]),
      ]);
      expect(written).toMatchObject({ written: 1 });
      expect(await context.store.write(name, documents)).toMatchObject({ written: 0, stale: 2 });
      await context.store.finishBuild(name);
      expect(await context.store.counts(name)).toEqual({ documents: 3, tombstones: 0 });
    });
  });

  describe('the end of a build', () => {
    it('makes everything written visible, takes further writes, and may be repeated', async () => {
      const name = await context.created();
      await context.store.write(name, [contractDocument(1), contractDocument(1)]);
      await context.store.finishBuild(name);
      expect(await context.store.counts(name)).toEqual({ documents: 2, tombstones: 0 });
      await context.store.finishBuild(name);
      expect(await context.store.write(name, [contractDocument(1)])).toMatchObject({ written: 1 });
      expect(await context.store.bucketDigests(name)).not.toEqual([]);
    });
  });
}

const byId = (a: StoredDocument, b: StoredDocument): number => (a.id < b.id ? -1 : 1);

/** Bucket sums computed another way: FNV-1a and sums in bigint, from the canonical text. */
function naiveBuckets(documents: readonly DocumentToWrite[]): BucketDigest[] {
  const sums = new Map<number, { documents: number; high: bigint; low: bigint }>();
  for (const { id, version, tombstone, canonical } of documents) {
    const text = `${id}\n${version}${tombstone ? ` ${tombstone}` : ''}\n${canonical}`;
    let fnv = 0x811c9dc5n;
    for (const character of id) fnv = ((fnv ^ BigInt(character.charCodeAt(0))) * 0x01000193n) & 0xffffffffn;
    const sha = BigInt(`0x${hash('sha256', text, 'hex').slice(0, 16)}`);
    const bucket = Number(fnv % 256n);
    const sum = sums.get(bucket) ?? { documents: 0, high: 0n, low: 0n };
    sum.documents += 1;
    sum.high += sha >> 32n;
    sum.low += sha & 0xffffffffn;
    sums.set(bucket, sum);
  }
  return [...sums]
    .map(([bucket, { documents, high, low }]) => ({
      bucket,
      documents,
      high: Number(high),
      low: Number(low),
    }))
    .sort((a, b) => a.bucket - b.bucket);
}
