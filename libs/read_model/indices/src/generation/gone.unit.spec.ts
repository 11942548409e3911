import type { Generation, GenerationMeta, GenerationName, GenerationState } from './generation.ts';
import { enterGone } from './gone.ts';

function setUp(there: Readonly<Record<string, string>>) {
  const generation = (name: string, state: GenerationState) =>
    ({ uuid: name, name, state, projection: 'products' }) as unknown as Generation;
  const generations = [generation('live', 'LIVE'), generation('standby', 'STANDBY')];
  const moves: unknown[] = [];
  const registry = {
    listGenerations: () => Promise.resolve(generations),
    moveGeneration: (uuid: string, _: unknown, to: GenerationState) =>
      Promise.resolve(moves.push([uuid, to]) > 0),
  };
  const store = {
    meta: (name: string) => Promise.resolve(there[name] === 'unmarked' ? undefined : markOf(there[name])),
    list: () => Promise.resolve(Object.keys(there) as GenerationName[]),
  };
  return { enter: (at: 0 | 1) => enterGone({ registry, store }, generations[at]!), moves };
}

function markOf(uuid: string | undefined): GenerationMeta | undefined {
  return uuid === undefined ? undefined : ({ uuid } as GenerationMeta);
}

describe('a generation whose index is not there', () => {
  it('is GONE, readers’ own as well, when another one is there', async () => {
    const { enter, moves } = setUp({ standby: 'standby' });
    expect([await enter(0), await enter(1)]).toEqual(['entered', 'there']);
    expect(moves).toEqual([['live', 'GONE']]);
  });

  it('keeps its state on a server that has none of them: it may be the wrong server', async () => {
    const { enter, moves } = setUp({});
    expect([await enter(0), moves]).toEqual(['alone', []]);
  });

  it('is GONE when another registry made its own under the name, and there when only its mark is lost', async () => {
    expect(await setUp({ live: 'another', standby: 'standby' }).enter(0)).toBe('entered');
    expect(await setUp({ live: 'unmarked', standby: 'standby' }).enter(0)).toBe('there');
  });
});
