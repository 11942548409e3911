import { ok } from 'node:assert/strict';
import { equal, refused } from '../../suite/assertions.ts';
import type { Rule } from './store-test.ts';

/** Rules about what readers are pointed at. */
export function readerRules(rule: Rule): void {
  rule('readers are nowhere at first, and go where they are switched', async (test) => {
    const { store } = test;
    const [first, second] = [await test.created(), await test.created()];
    equal(await store.observeReaders(), { kind: 'none' });
    await store.switchReaders(undefined, first);
    equal(await store.observeReaders(), { kind: 'generation', name: first });
    await store.switchReaders(first, second);
    equal(await store.observeReaders(), { kind: 'generation', name: second });
    await store.switchReaders(second, first);
    equal(await store.observeReaders(), { kind: 'generation', name: first });
  });

  rule(
    'readers are reported for the generation they read, also those that somebody else pointed there',
    async (test) => {
      const { store, subject } = test;
      const [first, second] = [await test.created(), await test.created()];
      await test.created();
      equal([...(await store.readBy())], []);
      await store.switchReaders(undefined, first);
      const own = [first, [store.readers]];
      equal([...(await store.readBy())], [own]);
      if (!subject.readElsewhere) return;
      const others = await subject.readElsewhere(second);
      equal([...(await store.readBy())].sort(), [own, [second, [others]]].sort());
    },
  );

  rule('readers stay when they are not where the caller saw them', async (test) => {
    const { store } = test;
    const [first, second, third] = [await test.created(), await test.created(), await test.created()];
    await store.switchReaders(undefined, second);
    for (const from of [first, undefined])
      await refused(store.switchReaders(from, third), 'CUTOVER_CONFLICT');
    equal(await store.observeReaders(), { kind: 'generation', name: second });
  });

  rule('readers follow exactly one of several cutovers made at once', async (test) => {
    const { store } = test;
    const from = await test.created();
    await store.switchReaders(undefined, from);
    const targets = [await test.created(), await test.created(), await test.created(), await test.created()];
    const results = await Promise.allSettled(targets.map((to) => store.switchReaders(from, to)));
    const winners = targets.filter((_, index) => results[index]!.status === 'fulfilled');
    equal(winners.length, 1);
    equal(await store.observeReaders(), { kind: 'generation', name: winners[0] });
    for (const result of results)
      if (result.status === 'rejected') equal((result.reason as { code?: unknown }).code, 'CUTOVER_CONFLICT');
  });

  rule('readers are not moved to a generation that does not exist', async (test) => {
    const { store } = test;
    const from = await test.created();
    await store.switchReaders(undefined, from);
    await refused(store.switchReaders(from, test.newName()), 'CUTOVER_CONFLICT');
    equal(await store.observeReaders(), { kind: 'generation', name: from });
  });

  rule('readers are not moved while their name stands for something else', async (test) => {
    const { store, subject } = test;
    if (!subject.confuseReaders) return;
    const to = await test.created();
    await subject.confuseReaders();
    const found = await store.observeReaders();
    ok(found.kind === 'ambiguous' && found.names.length > 0, `readers are reported as ${found.kind}`);
    await refused(store.switchReaders(undefined, to), 'CUTOVER_CONFLICT');
  });

  rule(
    'the generation that readers use is not dropped; another one is, as often as it is asked for',
    async (test) => {
      const { store } = test;
      const [serving, other] = [await test.created(), await test.created()];
      await store.switchReaders(undefined, serving);
      await refused(store.drop(serving), 'GENERATION_CONFLICT');
      await store.drop(other);
      await store.drop(other);
      const left = await store.list();
      equal([left.includes(serving), left.includes(other)], [true, false]);
    },
  );
}
