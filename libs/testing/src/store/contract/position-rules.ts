import type { DocumentToWrite, GenerationStore } from '@reprise/read-model-indices';
import { equal, includes, refused, rejectedWith } from '../../suite/assertions.ts';
import { contractDocument, type EnteredGeneration, type Rule, type StoreTest } from './store-test.ts';

type Move = Parameters<NonNullable<GenerationStore['writeWithPositions']>>[2];

/** A generation whose documents and positions are written together. */
interface Fed extends EnteredGeneration {
  write(documents: readonly DocumentToWrite[], position: bigint, more?: Partial<Move>): ReturnType<Write>;
  count(): Promise<number>;
}
type Write = NonNullable<GenerationStore['writeWithPositions']>;

/** Rules for stores that write documents and positions in one transaction: both, or neither. */
export function positionRules(rule: Rule): void {
  const ruleOfFed = (title: string, holds: (fed: Fed, test: StoreTest) => Promise<void>) =>
    rule(title, async (test) => {
      const fed = await fedGeneration(test);
      if (fed) await holds(fed, test);
    });

  ruleOfFed('documents are written together with their positions, which never go back', async (fed) => {
    equal(await fed.write([contractDocument(1)], 5n), { written: 1, stale: 0, rejected: [] });
    equal([...(await fed.positions())], [[2, 5n]]);
    includes(await fed.write([contractDocument(1)], 6n, { fence: fed.fence }), { written: 1 });
    includes(await fed.write([], 9n), { written: 0 });
    includes(await fed.write([contractDocument(1)], 3n), { written: 1 });
    equal([[...(await fed.positions())], await fed.count()], [[[2, 9n]], 3]);
  });

  ruleOfFed('the run that lost its lease changes neither documents nor positions', async (fed) => {
    await fed.write([contractDocument(1)], 5n, { fence: fed.fence });
    await refused(fed.write([contractDocument(1)], 6n, { fence: fed.stale }), 'LEASE_LOST');
    equal([[...(await fed.positions())], await fed.count()], [[[2, 5n]], 1]);
  });

  ruleOfFed(
    'positions stay where a document was rejected, and the other documents are kept',
    async (fed, test) => {
      if (!test.subject.unacceptable) return;
      const bad = test.subject.unacceptable(contractDocument(1));
      const result = await fed.write([contractDocument(1), bad, contractDocument(1)], 5n);
      equal([result.written, result.rejected.map(({ id }) => id)], [2, [bad.id]]);
      equal([[...(await fed.positions())], await fed.count()], [[], 2]);
    },
  );

  ruleOfFed('a call that is aborted changes neither documents nor positions', async (fed) => {
    const reason = new Error('asked to stop');
    await rejectedWith(fed.write([contractDocument(1)], 6n, { signal: AbortSignal.abort(reason) }), reason);
    equal([[...(await fed.positions())], await fed.count()], [[], 0]);
  });
}

/** Undefined for a store that leaves positions to the registry. */
async function fedGeneration(test: StoreTest): Promise<Fed | undefined> {
  const { store, subject } = test;
  if (!store.writeWithPositions) return undefined;
  if (!subject.enter)
    throw new TypeError(
      'This store writes documents and positions together, so it has to say how positions are looked at: enrol it with `enter`.',
    );
  const meta = test.newMeta();
  const name = await test.created(meta);
  const entered = await subject.enter(name, meta);
  return {
    ...entered,
    write: (documents, position, more) =>
      store.writeWithPositions!(name, documents, {
        generationUuid: meta.uuid,
        positions: new Map([[2, position]]),
        ...more,
      }),
    async count() {
      await store.refresh(name);
      return (await store.counts(name)).documents;
    },
  };
}
