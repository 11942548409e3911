import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@nx/devkit';
import { createTree } from '@nx/devkit/testing';
import { generateContext, type ContextOptions } from './context/generate-context.ts';
import { generateEvent, type EventOptions } from './event/generate-event.ts';
import { generateProjection, type ProjectionOptions } from './projection/generate-projection.ts';

const root = join(import.meta.dirname, '../../..');

/** What generators look at before they write, as it is in this workspace. */
function workspace(): Tree {
  const tree = createTree();
  for (const path of [
    'tools/boundaries/src/constraints.mjs',
    'docs/reference/configuration.md',
    'libs/recruiting/events/src/event-types.ts',
    'libs/product/events/src/event-types.ts',
    'libs/product/read_model/src/product-search/product-search.ts',
    'libs/product/read_model/src/registered-projections.ts',
    'apps/search-api/package.json',
  ])
    tree.write(path, readFileSync(join(root, path), 'utf8'));
  return tree;
}

/** The message of a generator that refuses; fails where it wrote anything. */
async function refusal(generate: (tree: Tree) => Promise<unknown>): Promise<string> {
  const tree = workspace();
  const before = new Map(tree.listChanges().map(({ path, content }) => [path, String(content)]));
  const error = await generate(tree).then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown as Error,
  );
  expect(new Map(tree.listChanges().map(({ path, content }) => [path, String(content)]))).toEqual(before);
  return error.message;
}

describe('a generator names all that is wrong, and writes nothing:', () => {
  it.each<[ContextOptions, string[]]>([
    [{ name: 'product' }, ['"product" is taken: there is libs/product already']],
    [{ name: 'search' }, ['"search" is taken: there is apps/search-api already']],
    [{ name: 'recruiting', port: 3_000 }, ['taken by PRODUCT_API_PORT']],
    [
      { name: '../evil', aggregate: 'new', port: 70_000 },
      ['"../evil" cannot', '"new" cannot', 'port 70000 is none'],
    ],
    [{ name: 'a; DROP TABLE x', aggregate: 'a b' }, ['"a; DROP TABLE x" cannot', '"a b" cannot']],
    [{ name: 'read', aggregate: 'Order' }, ['"read" is reserved', '"Order" cannot']],
    [{ name: 'o'.repeat(31) }, ['at most 30 characters']],
    [{ name: 'events' }, ['"event" cannot be an aggregate', '--aggregate names another']],
    [{ name: 'goods', aggregate: 'product' }, ['would be product_search', 'has already']],
    [{ name: '' }, ['"" cannot be a context']],
  ])('context %j', async (options, says) => {
    const message = await refusal((tree) => generateContext(tree, options));
    for (const part of [...says, 'Nothing was written']) expect(message).toContain(part);
  });

  it.each<[EventOptions, string[]]>([
    [{ name: 'Lost!', context: 'nowhere' }, ['there is no context "nowhere"', '"Lost!" cannot be']],
    [{ name: 'lost', context: 'recruiting' }, ['--aggregate must be one of candidate, lead']],
    [{ name: 'lost', context: 'product', aggregate: 'lead' }, ['product has no aggregate "lead"']],
    [{ name: 'advanced', context: 'recruiting', aggregate: 'candidate' }, ['candidate.advanced.v1 exists']],
  ])('event %j', async (options, says) => {
    const message = await refusal((tree) => generateEvent(tree, options));
    for (const part of [...says, 'Nothing was written']) expect(message).toContain(part);
  });

  it.each<[ProjectionOptions, string[]]>([
    [{ name: 'product_search', storage: 'postgres' }, ['product-search exists already']],
    [
      { name: 'Log!', storage: 'postgres', context: 'nowhere' },
      ["cannot be a projection's name", 'no context "nowhere"'],
    ],
    [{ name: 'log', storage: 'postgres', context: 'recruiting' }, ['--aggregate must be one of']],
  ])('projection %j', async (options, says) => {
    const message = await refusal((tree) => generateProjection(tree, options));
    for (const part of [...says, 'Nothing was written']) expect(message).toContain(part);
  });
});
