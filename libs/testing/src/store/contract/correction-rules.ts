import { randomUUID } from 'node:crypto';
import { match, notEqual } from 'node:assert/strict';
import type { DocumentToWrite } from '@reprise/read-model-indices';
import { equal, includes, refused } from '../../suite/assertions.ts';
import { asStored, contractDocument, type Rule } from './store-test.ts';

const corrected = { outcome: 'corrected' };
const changed = { outcome: 'changed' };

const at = (id: string, version: number, title: string): DocumentToWrite =>
  contractDocument(version, { id, title });

/** Rules about putting single documents right. */
export function correctionRules(rule: Rule): void {
  rule('a document of the same version gets its right content', async (test) => {
    const { store } = test;
    const name = await test.created();
    const id = randomUUID();
    await store.write(name, [at(id, 3, 'wrong')]);
    const seen = await store.observe(name, id);
    includes(seen, { id, version: 3, document: { title: 'wrong' } });
    const right = at(id, 3, 'right');
    equal(await store.correct(name, id, seen, right), corrected);
    equal(await test.found(name, right), asStored(right));
    notEqual((await store.observe(name, id))!.revision, seen!.revision);
  });

  rule('a document that is missing is made', async (test) => {
    const { store } = test;
    const name = await test.created();
    const right = at(randomUUID(), 4, 'right');
    equal(await store.observe(name, right.id), undefined);
    equal(await store.correct(name, right.id, undefined, right), corrected);
    equal(await test.found(name, right), asStored(right));
  });

  rule('a version that no log ever had is lowered, and the next one is taken again', async (test) => {
    const { store } = test;
    const name = await test.created();
    const id = randomUUID();
    await store.write(name, [at(id, 9, 'from nowhere')]);
    const seen = await store.observe(name, id);
    equal(await store.correct(name, id, seen, at(id, 4, 'right')), corrected);
    includes(await store.observe(name, id), { version: 4, document: { title: 'right' } });
    includes(await store.write(name, [at(id, 5, 'next')]), { written: 1 });
  });

  rule(
    'a document that should not be there is taken away, and one of its id can be made afterwards',
    async (test) => {
      const { store } = test;
      const name = await test.created();
      const extra = at(randomUUID(), 5, 'extra');
      await store.write(name, [extra]);
      const seen = await store.observe(name, extra.id);
      equal(await store.correct(name, extra.id, seen, undefined), corrected);
      equal(await store.observe(name, extra.id), undefined);
      const first = at(extra.id, 1, 'created after all');
      equal(await store.correct(name, extra.id, undefined, first), corrected);
      includes(await test.found(name, first), { version: 1 });
    },
  );

  rule('a later version that came after the document was observed is left alone', async (test) => {
    const { store } = test;
    const name = await test.created();
    const id = randomUUID();
    await store.write(name, [at(id, 3, 'wrong')]);
    const seen = await store.observe(name, id);
    const later = at(id, 4, 'of the feed');
    await store.write(name, [later]);
    for (const correction of [at(id, 3, 'right'), at(id, 2, 'right'), undefined])
      equal(await store.correct(name, id, seen, correction), changed);
    equal(await test.found(name, later), asStored(later));
    const other = at(randomUUID(), 2, 'of the feed');
    await store.write(name, [other]);
    equal(await store.correct(name, other.id, undefined, at(other.id, 1, 'right')), changed);
    equal(await test.found(name, other), asStored(other));
  });

  rule('the latest version stays, whatever the order of corrections and a feed', async (test) => {
    const { store } = test;
    const name = await test.created();
    const ids = Array.from({ length: 10 }, () => randomUUID());
    await store.write(
      name,
      ids.map((id) => at(id, 3, 'wrong')),
    );
    const seen = await Promise.all(ids.map((id) => store.observe(name, id)));
    await Promise.all(
      ids.flatMap((id, index) => [
        store.correct(name, id, seen[index], at(id, 3, 'right')),
        store.write(name, [at(id, 4, 'of the feed')]),
      ]),
    );
    for (const [, found] of await store.read(name, ids))
      includes(found, { version: 4, document: { title: 'of the feed' } });
  });

  rule('a correction that the store never takes says why', async (test) => {
    if (!test.subject.unacceptable) return;
    const name = await test.created();
    const bad = test.subject.unacceptable(contractDocument(2));
    const correction = await test.store.correct(name, bad.id, undefined, bad);
    equal(correction.outcome, 'rejected');
    if (correction.outcome === 'rejected') match(correction.reason, /\w/);
  });

  rule(
    'a correction in a generation that is gone is refused, and makes nothing in its place',
    async (test) => {
      const { store } = test;
      const name = await test.created();
      const document = contractDocument(1);
      await store.write(name, [document]);
      const seen = await store.observe(name, document.id);
      await store.drop(name);
      await refused(store.observe(name, document.id), 'DEPENDENCY');
      await refused(store.correct(name, document.id, seen, document), 'DEPENDENCY');
      await refused(store.correct(name, document.id, seen, undefined), 'DEPENDENCY');
      equal((await store.list()).includes(name), false);
    },
  );
}
