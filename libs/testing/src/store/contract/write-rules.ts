import { randomUUID } from 'node:crypto';
import { match } from 'node:assert/strict';
import { equal, includes, refused, rejectedWith } from '../../suite/assertions.ts';
import { asStored, contractDocument, type Rule } from './store-test.ts';

/** Rules about making generations and writing to them. */
export function writeRules(rule: Rule): void {
  rule('a new generation is empty, carries its meta and is listed', async (test) => {
    const { store } = test;
    const name = test.newName();
    const meta = test.newMeta();
    equal(await store.meta(name), undefined);
    await store.create(name, meta);
    equal(await store.meta(name), meta);
    equal((await store.list()).includes(name), true);
    await store.refresh(name);
    equal(await store.counts(name), { documents: 0, tombstones: 0 });
    equal(await store.bucketDigests(name), []);
    equal(await test.scanned(name), []);
  });

  rule('a name that exists is refused, and what is there stays as it is', async (test) => {
    const { store } = test;
    const name = test.newName();
    const meta = test.newMeta();
    await store.create(name, meta);
    const document = contractDocument(1);
    await store.write(name, [document]);
    await refused(store.create(name, test.newMeta()), 'GENERATION_CONFLICT');
    await refused(store.create(name, meta), 'GENERATION_CONFLICT');
    equal(await store.meta(name), meta);
    equal(await test.found(name, document), asStored(document));
  });

  rule('documents are kept as they were made, readable at once, with version and digest', async (test) => {
    const name = await test.created();
    const odd = { title: 'Straße "ø" \\ \u2028 😀', stock: 0 };
    const documents = [contractDocument(1), contractDocument(7, odd)];
    equal(await test.store.write(name, documents), { written: 2, stale: 0, rejected: [] });
    const found = await test.store.read(name, [...documents.map(({ id }) => id), randomUUID()]);
    equal(found.size, 2);
    for (const document of documents) equal(found.get(document.id), asStored(document));
  });

  rule('nothing is written where there is nothing to write', async (test) => {
    equal(await test.store.write(await test.created(), []), { written: 0, stale: 0, rejected: [] });
  });

  rule('a newer version is taken; the same or an older one is stale and changes nothing', async (test) => {
    const { store } = test;
    const name = await test.created();
    const id = randomUUID();
    const at = (version: number, title = `at version ${version}`) =>
      contractDocument(version, { id, title, stock: version });
    includes(await store.write(name, [at(3)]), { written: 1, stale: 0 });
    includes(await store.write(name, [at(3, 'another writer’s version 3')]), { written: 0, stale: 1 });
    includes(await store.write(name, [at(2)]), { written: 0, stale: 1 });
    equal(await test.found(name, { id }), asStored(at(3)));
    includes(await store.write(name, [at(5)]), { written: 1, stale: 0 });
    equal(await test.found(name, { id }), asStored(at(5)));
  });

  rule('versions that are positions are kept, and no earlier one replaces them', async (test) => {
    const { store } = test;
    const name = await test.created();
    const documents = [2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER].map((version) =>
      contractDocument(version),
    );
    await store.write(name, documents);
    const earlier = documents.map(({ id, version }) => contractDocument(version - 1, { id, stock: 9 }));
    includes(await store.write(name, earlier), { written: 0, stale: 3 });
    for (const document of documents) equal(await test.found(name, document), asStored(document));
  });

  rule('the highest version stays, whatever the order of concurrent writers', async (test) => {
    const name = await test.created();
    const ids = Array.from({ length: 20 }, () => randomUUID());
    const versions = [4, 9, 1, 7, 2, 8, 3, 6, 5];
    const writing = versions.map((version) =>
      test.store.write(
        name,
        ids.map((id) => contractDocument(version, { id, stock: version })),
      ),
    );
    const results = await Promise.all(writing);
    for (const [, found] of await test.store.read(name, ids))
      includes(found, { version: 9, document: { stock: 9 } });
    const acknowledged = results.reduce((sum, { written, stale }) => sum + written + stale, 0);
    equal(acknowledged, ids.length * versions.length);
  });

  rule('the highest version stays of a document that stands in one call several times', async (test) => {
    const name = await test.created();
    const id = randomUUID();
    const documents = [2, 3, 1].map((version) => contractDocument(version, { id, stock: version }));
    const { written, stale, rejected } = await test.store.write(name, documents);
    equal([written + stale, rejected], [3, []]);
    includes(await test.found(name, { id }), { version: 3, document: { stock: 3 } });
  });

  rule(
    'none of 499 documents is lost to one the store never takes, and it says which and why',
    async (test) => {
      const { store, subject } = test;
      if (!subject.unacceptable) return;
      const name = await test.created();
      const good = Array.from({ length: 499 }, (_, stock) => contractDocument(1, { stock }));
      const bad = subject.unacceptable(contractDocument(4));
      const result = await store.write(name, [...good.slice(0, 250), bad, ...good.slice(250)]);
      includes(result, { written: 499, stale: 0 });
      equal(
        result.rejected.map(({ id, version }) => ({ id, version })),
        [{ id: bad.id, version: 4 }],
      );
      match(result.rejected[0]!.reason, /\w/);
      equal((await store.read(name, [...good.map(({ id }) => id), bad.id])).size, 499);
    },
  );

  rule('ten thousand documents are taken in one call', async (test) => {
    const { store } = test;
    const name = await test.created();
    const documents = Array.from({ length: 10_000 }, (_, stock) => contractDocument(1, { stock }));
    equal(await store.write(name, documents), { written: 10_000, stale: 0, rejected: [] });
    equal(await store.write(name, documents), { written: 0, stale: 10_000, rejected: [] });
    await store.refresh(name);
    equal(await store.counts(name), { documents: 10_000, tombstones: 0 });
  });

  rule('a write ends with the reason of its signal', async (test) => {
    const { store } = test;
    const name = await test.created();
    const reason = new Error('asked to stop');
    const documents = Array.from({ length: 5_000 }, () => contractDocument(1));
    await rejectedWith(store.write(name, documents, AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const writing = store.write(name, documents, controller.signal);
    controller.abort(reason);
    await rejectedWith(writing, reason);
  });

  rule('a write to a generation that is gone is refused, and makes nothing in its place', async (test) => {
    const { store } = test;
    const name = await test.created();
    await store.drop(name);
    await refused(store.write(name, [contractDocument(1)]), 'DEPENDENCY');
    equal((await store.list()).includes(name), false);
    equal(await store.meta(name), undefined);
  });
}
