import { hash, randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { BucketDigest, ReadModelDocument } from '@reprise/read-model-documents';
import type {
  DocumentToWrite,
  GenerationMeta,
  GenerationName,
  GenerationStore,
  StoredDocument,
} from './generation.ts';
import { generationName } from './generation-name.ts';
import { prepareDocument } from './prepare-document.ts';

/** A document every store under contract must be able to keep: `title` is text, `stock` an integer. */
export interface ContractDocument extends ReadModelDocument {
  readonly title: string;
  readonly stock: number;
}

/** What a store brings to be put under contract. Made once for the suite; every test makes its own generations in it. */
export interface StoreUnderContract {
  readonly store: GenerationStore;
  /** Projection the store was made for; no other test may use it. */
  readonly projection: string;
  /** A document of that id and version that the store will never take, whatever its state. */
  unacceptable(id: string, version: number): DocumentToWrite;
  /** Makes the readers' name stand for something other than one generation, as an operator's mistake would. */
  confuseReaders(): Promise<void>;
  /** Takes readers off every generation, so that the next test finds none. */
  releaseReaders(): Promise<void>;
}

export function contractDocument(version: number, changes: Partial<ContractDocument> = {}): DocumentToWrite {
  const document: ContractDocument = {
    productId: randomUUID(),
    version,
    status: 'draft',
    title: 'Enamel mug',
    stock: 3,
    ...changes,
  };
  return prepareDocument(document);
}

/** The contract of `GenerationStore`, for every adapter: `describe('...', () => generationStoreContract(factory))`. */
export function generationStoreContract(factory: () => Promise<StoreUnderContract>): void {
  jest.setTimeout(60_000);
  let subject: StoreUnderContract;
  let store: GenerationStore;
  let minted = 0;

  beforeAll(async () => {
    subject = await factory();
    store = subject.store;
  });

  const newName = (): GenerationName =>
    generationName(1, subject.projection, new Date(Date.UTC(2026, 0, 1) + 1_000 * minted++), 'c0ffee00');
  const metaOf = (changes: Partial<GenerationMeta> = {}): GenerationMeta => ({
    uuid: randomUUID(),
    projection: subject.projection,
    projectionVersion: 1,
    fingerprint: 'c0ffee00'.repeat(8),
    ...changes,
  });
  async function created(): Promise<GenerationName> {
    const name = newName();
    await store.create(name, metaOf());
    return name;
  }
  async function only(name: GenerationName, { id }: DocumentToWrite): Promise<StoredDocument | undefined> {
    return (await store.read(name, [id])).get(id);
  }
  async function scanned(...args: Parameters<GenerationStore['scan']>): Promise<StoredDocument[][]> {
    const pages: StoredDocument[][] = [];
    for await (const page of store.scan(...args)) pages.push(page);
    return pages;
  }

  describe('create', () => {
    it('makes an empty generation that carries its meta and is listed', async () => {
      const name = newName();
      const meta = metaOf();
      expect(await store.meta(name)).toBeUndefined();
      await store.create(name, meta);
      expect(await store.meta(name)).toEqual(meta);
      expect(await store.list()).toContain(name);
      await store.refresh(name);
      expect(await store.counts(name)).toEqual({ documents: 0, tombstones: 0 });
      expect(await store.bucketDigests(name)).toEqual([]);
      expect(await scanned(name)).toEqual([]);
    });

    it('refuses a name that exists and leaves what is there as it is', async () => {
      const name = newName();
      const meta = metaOf();
      await store.create(name, meta);
      const document = contractDocument(1);
      await store.write(name, [document]);
      await expect(store.create(name, metaOf())).rejects.toMatchObject({ code: 'GENERATION_CONFLICT' });
      await expect(store.create(name, meta)).rejects.toMatchObject({ code: 'GENERATION_CONFLICT' });
      expect(await store.meta(name)).toEqual(meta);
      expect(await only(name, document)).toBeDefined();
    });
  });

  describe('write', () => {
    it('keeps documents as the projection made them, readable at once, with version and digest', async () => {
      const name = await created();
      const documents = [
        contractDocument(1),
        contractDocument(7, { title: 'Straße "ø" \\ \u2028 😀', stock: 0, status: 'published' }),
      ];
      expect(await store.write(name, documents)).toEqual({ written: 2, stale: 0, rejected: [] });
      const found = await store.read(name, [...documents.map(({ id }) => id), randomUUID()]);
      expect(found.size).toBe(2);
      for (const { id, version, canonical, digest } of documents) {
        expect(found.get(id)).toEqual({ id, version, document: JSON.parse(canonical), digest });
      }
    });

    it('writes nothing when there is nothing to write', async () => {
      expect(await store.write(await created(), [])).toEqual({ written: 0, stale: 0, rejected: [] });
    });

    it('takes a newer version, and counts the same or an older one as stale without changing anything', async () => {
      const name = await created();
      const at = (version: number): DocumentToWrite =>
        contractDocument(version, { productId, title: `at version ${version}`, stock: version });
      const productId = randomUUID();
      expect(await store.write(name, [at(3)])).toMatchObject({ written: 1, stale: 0 });
      const same = contractDocument(3, { productId, title: 'another writer’s version 3' });
      expect(await store.write(name, [same])).toMatchObject({ written: 0, stale: 1 });
      expect(await store.write(name, [at(2)])).toMatchObject({ written: 0, stale: 1 });
      expect((await only(name, at(3)))!.document).toEqual(JSON.parse(at(3).canonical));
      expect(await store.write(name, [at(5)])).toMatchObject({ written: 1, stale: 0 });
      expect(await only(name, at(5))).toMatchObject({ version: 5, document: JSON.parse(at(5).canonical) });
    });

    it('ends at the highest version whatever the order of concurrent writers', async () => {
      const name = await created();
      const products = Array.from({ length: 20 }, () => randomUUID());
      const versions = [4, 9, 1, 7, 2, 8, 3, 6, 5];
      const results = await Promise.all(
        versions.map((version) =>
          store.write(
            name,
            products.map((productId) => contractDocument(version, { productId, stock: version })),
          ),
        ),
      );
      const found = await store.read(name, products);
      for (const productId of products) {
        expect(found.get(productId)).toMatchObject({ version: 9, document: { stock: 9 } });
      }
      const acknowledged = results.reduce((sum, { written, stale }) => sum + written + stale, 0);
      expect(acknowledged).toBe(products.length * versions.length);
    });

    it('ends at the highest version of a document that stands in one call several times', async () => {
      const name = await created();
      const productId = randomUUID();
      const documents = [2, 3, 1].map((version) => contractDocument(version, { productId, stock: version }));
      const { written, stale, rejected } = await store.write(name, documents);
      expect([written + stale, rejected]).toEqual([3, []]);
      expect((await store.read(name, [productId])).get(productId)).toMatchObject({
        version: 3,
        document: { stock: 3 },
      });
    });

    it('loses none of 499 documents to one it will never take, and says which and why', async () => {
      const name = await created();
      const good = Array.from({ length: 499 }, (_, stock) => contractDocument(1, { stock }));
      const bad = subject.unacceptable(randomUUID(), 4);
      const result = await store.write(name, [...good.slice(0, 250), bad, ...good.slice(250)]);
      expect(result).toMatchObject({ written: 499, stale: 0, rejected: [{ id: bad.id, version: 4 }] });
      expect(result.rejected[0]!.reason).toMatch(/\w/);
      expect((await store.read(name, [...good.map(({ id }) => id), bad.id])).size).toBe(499);
    });

    it('takes ten thousand documents in one call', async () => {
      const name = await created();
      const documents = Array.from({ length: 10_000 }, (_, stock) => contractDocument(1, { stock }));
      expect(await store.write(name, documents)).toEqual({ written: 10_000, stale: 0, rejected: [] });
      expect(await store.write(name, documents)).toEqual({ written: 0, stale: 10_000, rejected: [] });
      await store.refresh(name);
      expect(await store.counts(name)).toEqual({ documents: 10_000, tombstones: 0 });
    });

    it('ends with the reason of its signal', async () => {
      const name = await created();
      const reason = new Error('asked to stop');
      const documents = Array.from({ length: 5_000 }, () => contractDocument(1));
      await expect(store.write(name, documents, AbortSignal.abort(reason))).rejects.toBe(reason);
      const controller = new AbortController();
      const writing = store.write(name, documents, controller.signal);
      controller.abort(reason);
      await expect(writing).rejects.toBe(reason);
    });

    it('refuses a generation that is gone, and makes nothing in its place', async () => {
      const name = await created();
      await store.drop(name);
      await expect(store.write(name, [contractDocument(1)])).rejects.toMatchObject({ code: 'DEPENDENCY' });
      expect(await store.list()).not.toContain(name);
      expect(await store.meta(name)).toBeUndefined();
    });
  });

  describe('content', () => {
    it('is summed per bucket and counted as an independent computation has it', async () => {
      const name = await created();
      const documents = Array.from({ length: 3_000 }, (_, i) =>
        contractDocument(1 + (i % 3), { stock: i, status: i % 7 === 0 ? 'deleted' : 'published' }),
      );
      await store.write(name, documents);
      const replaced = documents
        .slice(0, 500)
        .map(({ id, version }) => contractDocument(version + 1, { productId: id, status: 'published' }));
      await store.write(name, replaced);
      await store.refresh(name);
      const content = [...replaced, ...documents.slice(500)];
      expect(await store.bucketDigests(name)).toEqual(naiveBuckets(content));
      const tombstones = content.filter(({ canonical }) => canonical.includes('"status":"deleted"')).length;
      expect(await store.counts(name)).toEqual({ documents: 3_000, tombstones });
      expect(await store.sizeInBytes(name)).toBeGreaterThan(0);
    });

    it('is scanned in ascending id order, page by page, whole or by bucket', async () => {
      const name = await created();
      const documents = Array.from({ length: 1_050 }, (_, stock) => contractDocument(2, { stock }));
      await store.write(name, documents);
      await store.refresh(name);
      const expected = documents
        .map(({ id, version, canonical, digest }) => ({
          id,
          version,
          document: JSON.parse(canonical),
          digest,
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      for (const batchSize of [100, 350, 5_000]) {
        const pages = await scanned(name, { batchSize });
        expect(pages.flat()).toEqual(expected);
        expect(pages.every((page) => page.length > 0 && page.length <= batchSize)).toBe(true);
      }
      const buckets = [0, 17, 255, expected[0]!.digest.bucket];
      const inBuckets = expected.filter(({ digest }) => buckets.includes(digest.bucket));
      expect((await scanned(name, { buckets, batchSize: 3 })).flat()).toEqual(inBuckets);
      expect(await scanned(name, { buckets: [] })).toEqual([]);
    });

    it('is scanned from one view: writes made meanwhile are not in it', async () => {
      const name = await created();
      const documents = Array.from({ length: 300 }, (_, stock) => contractDocument(1, { stock }));
      await store.write(name, documents);
      await store.refresh(name);
      const seen: StoredDocument[] = [];
      for await (const page of store.scan(name, { batchSize: 100 })) {
        seen.push(...page);
        await store.write(
          name,
          documents.map(({ id }) =>
            contractDocument(1 + seen.length, { productId: id, title: 'changed meanwhile' }),
          ),
        );
        await store.write(name, [contractDocument(1)]);
        await store.refresh(name);
      }
      expect(seen.map(({ version }) => version)).toEqual(documents.map(() => 1));
    });

    it('ends a scan with the reason of its signal', async () => {
      const name = await created();
      await store.write(
        name,
        Array.from({ length: 30 }, () => contractDocument(1)),
      );
      await store.refresh(name);
      const controller = new AbortController();
      const reason = new Error('asked to stop');
      const scanning = (async () => {
        for await (const page of store.scan(name, { batchSize: 10, signal: controller.signal })) {
          expect(page).toHaveLength(10);
          controller.abort(reason);
        }
      })();
      await expect(scanning).rejects.toBe(reason);
    });

    it('keeps a tombstone that a late event cannot bring back', async () => {
      const name = await created();
      const productId = randomUUID();
      await store.write(name, [contractDocument(4, { productId, status: 'deleted' })]);
      expect(
        await store.write(name, [contractDocument(3, { productId, status: 'published' })]),
      ).toMatchObject({ stale: 1 });
      await store.refresh(name);
      expect(await store.counts(name)).toEqual({ documents: 1, tombstones: 1 });
      expect((await store.read(name, [productId])).get(productId)).toMatchObject({
        document: { status: 'deleted' },
      });
    });
  });

  describe('the end of a build', () => {
    it('makes everything written visible, takes further writes, and may be repeated', async () => {
      const name = await created();
      await store.write(name, [contractDocument(1), contractDocument(1)]);
      await store.finishBuild(name);
      expect(await store.counts(name)).toEqual({ documents: 2, tombstones: 0 });
      await store.finishBuild(name);
      expect(await store.write(name, [contractDocument(1)])).toMatchObject({ written: 1 });
      expect(await store.bucketDigests(name)).not.toEqual([]);
    });
  });

  describe('readers', () => {
    beforeEach(() => subject.releaseReaders());

    it('are nowhere at first, and go where they are switched', async () => {
      const [first, second] = [await created(), await created()];
      expect(await store.observeReaders()).toEqual({ kind: 'none' });
      await store.switchReaders(undefined, first);
      expect(await store.observeReaders()).toEqual({ kind: 'generation', name: first });
      await store.switchReaders(first, second);
      expect(await store.observeReaders()).toEqual({ kind: 'generation', name: second });
      await store.switchReaders(second, first);
      expect(await store.observeReaders()).toEqual({ kind: 'generation', name: first });
    });

    it('stay when they are not where the caller saw them', async () => {
      const [first, second, third] = [await created(), await created(), await created()];
      await store.switchReaders(undefined, second);
      for (const from of [first, undefined]) {
        await expect(store.switchReaders(from, third)).rejects.toMatchObject({ code: 'CUTOVER_CONFLICT' });
      }
      expect(await store.observeReaders()).toEqual({ kind: 'generation', name: second });
    });

    it('follow exactly one of several cutovers made at once', async () => {
      const from = await created();
      await store.switchReaders(undefined, from);
      const targets = [await created(), await created(), await created(), await created()];
      const results = await Promise.allSettled(targets.map((to) => store.switchReaders(from, to)));
      const winners = targets.filter((_, i) => results[i]!.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect(await store.observeReaders()).toEqual({ kind: 'generation', name: winners[0] });
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CUTOVER_CONFLICT' });
      }
    });

    it('are not moved to a generation that does not exist', async () => {
      const from = await created();
      await store.switchReaders(undefined, from);
      await expect(store.switchReaders(from, newName())).rejects.toMatchObject({ code: 'CUTOVER_CONFLICT' });
      expect(await store.observeReaders()).toEqual({ kind: 'generation', name: from });
    });

    it('are not moved while their name stands for something else', async () => {
      const to = await created();
      await subject.confuseReaders();
      const { kind, ...rest } = await store.observeReaders();
      expect([kind, rest]).toEqual(['ambiguous', { names: expect.arrayContaining([expect.any(String)]) }]);
      await expect(store.switchReaders(undefined, to)).rejects.toMatchObject({ code: 'CUTOVER_CONFLICT' });
    });

    it('keep their generation from being dropped', async () => {
      const [serving, other] = [await created(), await created()];
      await store.switchReaders(undefined, serving);
      await expect(store.drop(serving)).rejects.toMatchObject({ code: 'GENERATION_CONFLICT' });
      await store.drop(other);
      await store.drop(other);
      const left = await store.list();
      expect([left.includes(serving), left.includes(other)]).toEqual([true, false]);
    });
  });

  it('is healthy with room for a second copy, with and without a live generation', async () => {
    await subject.releaseReaders();
    await store.assertHealthy();
    await store.switchReaders(undefined, await created());
    await store.assertHealthy();
  });
}

/** Bucket sums computed another way: FNV-1a and sums in bigint, from the canonical text. */
function naiveBuckets(documents: readonly DocumentToWrite[]): BucketDigest[] {
  const sums = new Map<number, { documents: number; high: bigint; low: bigint }>();
  for (const { id, canonical } of documents) {
    let fnv = 0x811c9dc5n;
    for (const character of id) fnv = ((fnv ^ BigInt(character.charCodeAt(0))) * 0x01000193n) & 0xffffffffn;
    const sha = BigInt(`0x${hash('sha256', `${id}\n${canonical}`, 'hex').slice(0, 16)}`);
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
