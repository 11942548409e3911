import { loadProjection } from './shared-projection.ts';

const moduleOf = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;
const one = `{ name: 'orders', evolve() {}, storage: {} }`;

describe('a projection that threads load', () => {
  it.each([
    ['alone', `export const orders = ${one};`],
    ['in a list', `export const all = [null, ${one}];`],
    ['by default', `export default ${one};`],
    [
      'in a bounded context',
      `export default { contexts: [{ projections: [] }, { projections: [${one}] }] };`,
    ],
  ])('is found in its module %s', async (_, source) => {
    expect(await loadProjection({ module: moduleOf(source), name: 'orders' })).toMatchObject({
      name: 'orders',
    });
  });

  it('is missed by its name', async () => {
    const module = moduleOf(
      `export const a = null, b = 7, c = { contexts: 1 }, d = { contexts: [{}] }, orders = { name: 'orders' };`,
    );
    await expect(loadProjection({ module, name: 'orders' })).rejects.toThrow(
      'exports no projection "orders"',
    );
  });
});
