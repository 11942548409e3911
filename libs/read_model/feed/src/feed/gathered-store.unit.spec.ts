import { getEventListeners } from 'node:events';
import type { DocumentToWrite, GenerationName, Positions, WriteResult } from '@reprise/read-model-indices';
import { gathered, gatheredRegistry, type FedStore } from './gathered-store.ts';

const name = 'a-generation' as GenerationName;
const other = 'another-generation' as GenerationName;

const documentsOf = (...ids: string[]): DocumentToWrite[] =>
  ids.map((id) => ({ id, version: 1, canonical: '{}', digest: { bucket: 0, high: 0, low: 0 } }));

const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

interface Sent {
  readonly doing: string;
  readonly name: string;
  readonly ids: readonly string[];
  readonly positions?: Positions;
  readonly signal?: AbortSignal | undefined;
}

/** A store that records what it was sent; every fifth document it takes is stale, ids in `refused` are rejected. */
function recording({ refused = [] as string[], fault = undefined as Error | undefined } = {}) {
  const sent: Sent[] = [];
  const take = (documents: readonly DocumentToWrite[]): Promise<WriteResult> => {
    if (fault) return Promise.reject(fault);
    const rejected = documents.filter(({ id }) => refused.includes(id));
    const taken = documents.length - rejected.length;
    const stale = Math.floor(taken / 5);
    return Promise.resolve({
      written: taken - stale,
      stale,
      rejected: rejected.map(({ id, version }) => ({ id, version, reason: 'never' })),
    });
  };
  const idsOf = (documents: readonly DocumentToWrite[]) => documents.map(({ id }) => id);
  const store: Required<FedStore> = {
    read: (of, ids) => {
      sent.push({ doing: 'read', name: of, ids });
      const found = documentsOf(...ids).map(({ id, version, digest }) => ({
        id,
        version,
        digest,
        document: {},
      }));
      return Promise.resolve(new Map(found.map((one) => [one.id, one])));
    },
    write: (of, documents, signal) => {
      sent.push({ doing: 'write', name: of, ids: idsOf(documents), signal });
      return take(documents);
    },
    writeWithPositions: (of, documents, { positions, signal }) => {
      sent.push({ doing: 'move', name: of, ids: idsOf(documents), positions, signal });
      return take(documents);
    },
  };
  return { store, sent };
}

const moveOf = (partition: number) => ({ generationUuid: 'g', positions: new Map([[partition, 9n]]) });

describe('a gathered store', () => {
  it('reads what is asked for at one moment at once, each id once, and for each generation apart', async () => {
    const { store, sent } = recording();
    const { read } = gathered(store);
    const [first] = await Promise.all([read(name, ['a', 'b']), read(name, ['b', 'c']), read(other, ['d'])]);
    expect(sent.map(({ ids, name: of }) => [of, ids])).toEqual([
      [name, ['a', 'b', 'c']],
      [other, ['d']],
    ]);
    expect(first.get('a')?.version).toBe(1);
    await read(name, ['a']);
    expect(sent).toHaveLength(3);
  });

  it('writes at once what is written at one moment, and reports to each caller its own rejected documents', async () => {
    const { store, sent } = recording({ refused: ['b', 'd'] });
    const { write } = gathered(store);
    const results = await Promise.all([
      write(name, documentsOf('a', 'b', 'c')),
      write(name, documentsOf('d')),
      write(name, documentsOf(...many(8, 'e'))),
    ]);
    expect(sent).toHaveLength(1);
    expect(results.map(({ rejected }) => rejected.map(({ id }) => id))).toEqual([['b'], ['d'], []]);
    const sum = (of: 'written' | 'stale') => results.reduce((total, result) => total + result[of], 0);
    expect([sum('written'), sum('stale')]).toEqual([8, 2]);
  });

  it('leaves large calls alone', async () => {
    const { store, sent } = recording();
    const on = gathered(store);
    const large = many(257, 'a');
    await Promise.all([
      on.read(name, large),
      on.read(name, ['z']),
      on.write(name, documentsOf(...large)),
      on.write(name, documentsOf('z')),
      on.writeWithPositions!(name, documentsOf(...large), moveOf(0)),
      on.writeWithPositions!(name, documentsOf('z'), moveOf(1)),
    ]);
    const sizes = sent.map(({ doing, ids }) => `${doing} ${ids.length}`);
    expect(sizes.sort()).toEqual(['move 1', 'move 257', 'read 1', 'read 257', 'write 1', 'write 257']);
  });

  it('moves the positions of all its callers with their documents', async () => {
    const { store, sent } = recording();
    const on = gathered(store);
    await Promise.all([0, 1, 2].map((p) => on.writeWithPositions!(name, documentsOf(`p${p}`), moveOf(p))));
    expect(sent.map(({ ids, positions }) => [ids, [...positions!.keys()]])).toEqual([
      [
        ['p0', 'p1', 'p2'],
        [0, 1, 2],
      ],
    ]);
  });

  it('moves the others when the documents of one are rejected', async () => {
    const { store, sent } = recording({ refused: ['p1'] });
    const on = gathered(store);
    const results = await Promise.all(
      [0, 1, 2].map((p) => on.writeWithPositions!(name, documentsOf(`p${p}`), moveOf(p))),
    );
    expect(sent.slice(1).map(({ positions }) => [...positions!.keys()])).toEqual([[0], [1], [2]]);
    expect(results.map(({ rejected }) => rejected.length)).toEqual([0, 1, 0]);
  });

  it('fails every caller when it fails', async () => {
    const { store } = recording({ fault: new Error('away') });
    const { write } = gathered(store);
    const outcomes = await Promise.allSettled([write(name, documentsOf('a')), write(name, documentsOf('b'))]);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual([
      'Error: away',
      'Error: away',
    ]);
  });

  it('sends a call that was alone only once, also when a document of it is rejected', async () => {
    const { store, sent } = recording({ refused: ['a'] });
    const result = await gathered(store).writeWithPositions!(name, documentsOf('a', 'b'), moveOf(0));
    expect(result).toMatchObject({ written: 1, rejected: [{ id: 'a' }] });
    expect(sent).toHaveLength(1);
  });

  it('continues for as long as one caller wants it to, and leaves nothing behind at its signal', async () => {
    const { store, sent } = recording();
    const answer = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const { write } = gathered({
      ...store,
      async write(...call) {
        const result = await store.write(...call);
        asked.resolve();
        await answer.promise;
        return result;
      },
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const writing = Promise.all([
      write(name, documentsOf('a'), first.signal),
      write(name, documentsOf('b'), second.signal),
    ]);
    await asked.promise;
    const [{ signal }] = sent as [Sent];
    first.abort();
    expect(signal?.aborted).toBe(false);
    second.abort(new Error('stopped'));
    expect(signal?.reason).toEqual(new Error('stopped'));
    answer.resolve();
    await writing;

    const third = new AbortController();
    await Promise.all(['c', 'd'].map((id) => write(name, documentsOf(id), third.signal)));
    expect(getEventListeners(third.signal, 'abort')).toHaveLength(0);
  });
});

describe('gathered positions', () => {
  it('moves those of one generation in one call', async () => {
    const moved: [string, Positions][] = [];
    const registry = gatheredRegistry({
      listGenerations: () => Promise.resolve([]),
      positions: () => Promise.resolve(new Map<number, bigint>()),
      advancePositions: (uuid, to) => {
        moved.push([uuid, to]);
        return Promise.resolve();
      },
    });
    await Promise.all([
      registry.advancePositions('g', new Map([[0, 1n]])),
      registry.advancePositions('h', new Map([[0, 2n]])),
      registry.advancePositions('g', new Map([[1, 3n]])),
    ]);
    expect(moved).toEqual([
      [
        'g',
        new Map([
          [0, 1n],
          [1, 3n],
        ]),
      ],
      ['h', new Map([[0, 2n]])],
    ]);
  });
});
