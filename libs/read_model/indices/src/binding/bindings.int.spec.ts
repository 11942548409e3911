import { afterFile } from '@reprise/test-kit';
import { createReadModelPool } from '../postgres/pool.ts';
import { testRegistry } from '../testing/registry-database.ts';
import type { Binding } from './binding.ts';
import type { Bindings } from './bindings.ts';

const binding = (changes: Partial<Binding> = {}): Binding => ({
  projection: 'p',
  topic: 'events',
  clusterId: 'cluster-1',
  storage: 'elasticsearch',
  readers: 'p_readers',
  ...changes,
});

let bindings: Bindings;
const bound = async () =>
  (await bindings.list()).map(({ boundAt, ...rest }) => (expect(boundAt).toBeInstanceOf(Date), rest));

// No process may remove a binding.
let owner: ReturnType<typeof createReadModelPool>;

beforeAll(async () => {
  const own = await testRegistry();
  owner = createReadModelPool(own.database.url);
  afterFile(() => owner.end());
  bindings = own.registry.bindings;
});

afterEach(() => owner.query('DELETE FROM registry.bindings'));

describe('what a registry is bound to', () => {
  it('is what came first, of however many at the same moment, and stays it', async () => {
    const both = (topic: string) => [
      binding({ projection: 'q', topic, readers: 'q_readers' }),
      binding({ topic }),
    ];
    for (let round = 0; round < 10; round++) {
      await owner.query('DELETE FROM registry.bindings');
      await Promise.all(['a', 'b', 'c'].map((topic) => bindings.record(both(topic))));
      expect((await bound()).length).toBe(2);
      expect(new Set((await bound()).map(({ topic }) => topic)).size).toBe(1);
    }
    const first = await bound();
    await bindings.record([binding({ topic: 'd', clusterId: 'cluster-2', readers: 'others' })]);
    expect(await bound()).toEqual(first);
  });

  it('learns its cluster later, from the same topic and readers only, and only once', async () => {
    await bindings.record([binding({ clusterId: undefined })]);
    await bindings.record([binding({ topic: 'others', clusterId: 'cluster-3' })]);
    await bindings.record([binding({ readers: 'others', clusterId: 'cluster-3' })]);
    expect(await bound()).toEqual([binding({ clusterId: undefined })]);
    for (const clusterId of ['cluster-1', 'cluster-2', undefined])
      await bindings.record([binding({ clusterId })]);
    expect(await bound()).toEqual([binding({ clusterId: 'cluster-1' })]);
  });

  it('gives one alias to one projection, and the same name to a view of another', async () => {
    await bindings.record([binding()]);
    await bindings.record([binding({ projection: 'q' })]);
    await bindings.record([binding({ projection: 'r', storage: 'postgres' })]);
    expect((await bound()).map(({ projection }) => projection)).toEqual(['p', 'r']);
  });

  it('names its database without user and password', () => {
    expect(bindings.database).toMatch(/^[^@]+:\d+\/\w+$/);
  });
});
