import { ok } from 'node:assert/strict';
import type { StoredDocument } from '@reprise/read-model-indices';
import { equal, rejectedWith } from '../../suite/assertions.ts';
import { asStored, contractDocument, type Rule } from './store-test.ts';

/** Rules about reading a generation whole, or some buckets of it. */
export function scanRules(rule: Rule): void {
  rule('a scan gives every document once, page by page, whole or by bucket', async (test) => {
    const name = await test.created();
    const documents = Array.from({ length: 1_050 }, (_, stock) => contractDocument(2, { stock }));
    await test.store.write(name, documents);
    await test.store.refresh(name);
    const expected = documents.map(asStored).sort(byId);
    for (const batchSize of [100, 350, 5_000]) {
      const pages = await test.scanned(name, { batchSize });
      equal(pages.flat().sort(byId), expected);
      ok(pages.every((page) => page.length > 0 && page.length <= batchSize));
    }
    const buckets = [0, 17, 255, expected[0]!.digest.bucket];
    const inBuckets = expected.filter(({ digest }) => buckets.includes(digest.bucket));
    equal((await test.scanned(name, { buckets, batchSize: 3 })).flat().sort(byId), inBuckets);
    equal(await test.scanned(name, { buckets: [] }), []);
  });

  rule('a scan sees one view: writes made meanwhile are not in it', async (test) => {
    const { store } = test;
    const name = await test.created();
    const documents = Array.from({ length: 300 }, (_, stock) => contractDocument(1, { stock }));
    await store.write(name, documents);
    await store.refresh(name);
    const seen: StoredDocument[] = [];
    for await (const page of store.scan(name, { batchSize: 100 })) {
      seen.push(...page);
      const version = 1 + seen.length;
      await store.write(
        name,
        documents.map(({ id }) => contractDocument(version, { id, title: 'changed meanwhile' })),
      );
      await store.write(name, [contractDocument(1)]);
      await store.refresh(name);
    }
    equal(seen.sort(byId), documents.map(asStored).sort(byId));
  });

  rule('a scan ends with the reason of its signal', async (test) => {
    const name = await test.created();
    await test.store.write(
      name,
      Array.from({ length: 30 }, () => contractDocument(1)),
    );
    await test.store.refresh(name);
    const controller = new AbortController();
    const reason = new Error('asked to stop');
    const scanning = async () => {
      for await (const page of test.store.scan(name, { batchSize: 10, signal: controller.signal })) {
        equal(page.length, 10);
        controller.abort(reason);
      }
    };
    await rejectedWith(scanning(), reason);
  });
}

const byId = (a: StoredDocument, b: StoredDocument): number => (a.id < b.id ? -1 : 1);
