import { dropOwn } from './drop-own.ts';
import type { GenerationMeta, GenerationName } from './generation.ts';

const generation = { uuid: 'mine', name: 'product_search_v1_20260101_000000_0a1b2c3d' as GenerationName };

describe('deleting one’s own generation', () => {
  it.each([
    ['mine', [generation.name]],
    ['another registry’s', []],
    [undefined, []],
  ])('with %s under its name deletes %j', async (uuid, expected) => {
    const dropped: string[] = [];
    const meta = uuid === undefined ? undefined : ({ uuid } as GenerationMeta);
    await dropOwn(
      { meta: () => Promise.resolve(meta), drop: (name) => Promise.resolve(void dropped.push(name)) },
      generation,
    );
    expect(dropped).toEqual(expected);
  });
});
