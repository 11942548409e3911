import { produce, productHistory, step } from '@reprise/product-events/testing';
import { freshTopic } from '@reprise/test-kit';
import { inThisProcess } from './testing/in-this-process.ts';
import { ownReadModel } from './testing/own-read-model.ts';

describe('a rebuild of what is missing', () => {
  it('builds read models that readers have no generation of, and leaves the others as they are', async () => {
    const topic = await freshTopic({ partitions: 1 });
    const own = await ownReadModel(topic);
    await produce(topic, productHistory({ events: [step.created(), step.published()] }));
    const build = (projection: string) =>
      inThisProcess(['rebuild', '--projection', projection, '--context', 'product', '--if-missing'], own.env);
    const live = async (): Promise<string[]> =>
      (await own.registry.listGenerations({ states: ['LIVE'] })).map(({ name }) => name);

    expect(await build('product_search')).toMatchObject({ code: 0 });
    const [search] = await live();
    const { code, stdout, stderr } = await build('all');
    expect(code).toBe(0);
    expect(stderr).toContain(`product_search: readers are on ${search}, and nothing was built\n`);
    expect([...stdout.matchAll(/^(\w+): promoted$/gm)].map(([, name]) => name)).toEqual([
      'product_summary',
      'category_summary',
    ]);
    const all = await live();
    expect(all).toHaveLength(3);
    expect(all).toContain(search);
    expect((await build('all')).stdout).toBe('');
    expect(await live()).toEqual(all);
  });
});
