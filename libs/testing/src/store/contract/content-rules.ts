import { hash, randomUUID } from 'node:crypto';
import { ok } from 'node:assert/strict';
import type { BucketDigest } from '@reprise/read-model-documents';
import { prepareDocument, type DocumentToWrite } from '@reprise/read-model-indices';
import { equal, includes } from '../../suite/assertions.ts';
import { asStored, contractDocument, type Rule } from './store-test.ts';

/** Rules about what a generation holds: digest, counts, tombstones, and the end of its build. */
export function contentRules(rule: Rule): void {
  rule('content is summed per bucket and counted as an independent computation has it', async (test) => {
    const { store } = test;
    const name = await test.created();
    const documents = Array.from({ length: 3_000 }, (_, stock) =>
      contractDocument(1 + (stock % 3), { stock, ...(stock % 7 === 0 && { tombstone: 'ended' }) }),
    );
    await store.write(name, documents);
    const replaced = documents.slice(0, 500).map(({ id, version }) => contractDocument(version + 1, { id }));
    await store.write(name, replaced);
    await store.refresh(name);
    const content = [...replaced, ...documents.slice(500)];
    equal(await store.bucketDigests(name), naiveBuckets(content));
    const tombstones = content.filter(({ tombstone }) => tombstone !== undefined).length;
    equal(await store.counts(name), { documents: 3_000, tombstones });
    ok((await store.sizeInBytes(name)) > 0);
  });

  rule('a tombstone is kept, and a late event cannot bring the document back', async (test) => {
    const { store } = test;
    const name = await test.created();
    const ended = contractDocument(4, { tombstone: 'ended' });
    const { id } = ended;
    await store.write(name, [ended]);
    includes(await store.write(name, [contractDocument(3, { id })]), { stale: 1 });
    await store.refresh(name);
    equal(await store.counts(name), { documents: 1, tombstones: 1 });
    equal(await test.found(name, ended), asStored(ended));
  });

  rule('a tombstone without a document is kept, and so is a document that comes after it', async (test) => {
    const { store } = test;
    const name = await test.created();
    const id = randomUUID();
    const removed = prepareDocument({ id, version: 2, tombstone: 'removed' });
    await store.write(name, [contractDocument(1, { id })]);
    equal(await store.write(name, [removed]), { written: 1, stale: 0, rejected: [] });
    await store.refresh(name);
    equal(await test.found(name, removed), asStored(removed));
    equal((await test.scanned(name)).flat(), [asStored(removed)]);
    equal(await store.counts(name), { documents: 1, tombstones: 1 });
    equal(await store.bucketDigests(name), naiveBuckets([removed]));
    const seen = await store.observe(name, id);
    includes(seen, { tombstone: 'removed', digest: removed.digest });
    equal(await store.correct(name, id, seen, removed), { outcome: 'corrected' });
    const back = contractDocument(3, { id });
    await store.write(name, [back]);
    await store.refresh(name);
    equal(await test.found(name, back), asStored(back));
    equal(await store.counts(name), { documents: 1, tombstones: 0 });
  });

  rule('settling beside a build leaves everything as it is, and further writes are taken', async (test) => {
    const { store } = test;
    const name = await test.created();
    const documents = [contractDocument(1), contractDocument(2)];
    await store.write(name, documents);
    const [, , written] = await Promise.all([
      store.settle?.(name),
      store.settle?.(name),
      store.write(name, [contractDocument(1)]),
    ]);
    includes(written, { written: 1 });
    includes(await store.write(name, documents), { written: 0, stale: 2 });
    await store.finishBuild(name);
    equal(await store.counts(name), { documents: 3, tombstones: 0 });
  });

  rule(
    'the end of a build makes everything visible, takes further writes and may be repeated',
    async (test) => {
      const { store } = test;
      const name = await test.created();
      const documents = [contractDocument(1), contractDocument(1), contractDocument(1)];
      await store.write(name, documents.slice(0, 2));
      await store.finishBuild(name);
      equal(await store.counts(name), { documents: 2, tombstones: 0 });
      await store.finishBuild(name);
      includes(await store.write(name, documents.slice(2)), { written: 1 });
      await store.refresh(name);
      equal(await store.bucketDigests(name), naiveBuckets(documents));
    },
  );

  rule('the store is healthy, with a live generation and without one', async (test) => {
    const { store } = test;
    await store.assertHealthy();
    await store.switchReaders(undefined, await test.created());
    await store.assertHealthy();
  });
}

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
