import type { GenerationName, GenerationState, ReadersTarget } from '../generation/generation.ts';
import { obstaclesToAdoption, type Evidence } from './adoption.ts';
import { BoundElsewhere, differences, type ConfiguredBinding, type HeldBinding } from './binding.ts';

const configured: ConfiguredBinding = {
  projection: 'product_search',
  topic: 'shop.events',
  clusterId: 'cluster-1',
  storage: 'elasticsearch',
  readers: 'shop_search',
  settings: { topic: 'PRODUCT_EVENTS_TOPIC', readers: 'SEARCH_ALIAS' },
};
const held = (changes: Partial<HeldBinding> = {}): HeldBinding => ({
  ...configured,
  boundAt: new Date('2026-01-01T00:00:00Z'),
  ...changes,
});
const found = (bindings: HeldBinding[]) => differences(bindings, configured, ['kafka:9092']);

describe('a configuration and the binding of its registry', () => {
  it('fit when all is the same, when nothing is bound yet, and where a cluster is not known', () => {
    expect(found([held()])).toEqual([]);
    expect(found([])).toEqual([]);
    expect(found([held({ clusterId: undefined })])).toEqual([]);
    expect(differences([held()], { ...configured, clusterId: undefined }, [])).toEqual([]);
    expect(
      found([held({ projection: 'product_summary', storage: 'postgres', readers: 'shop_search' })]),
    ).toEqual([]);
  });

  it.each([
    [{ topic: 'other.events' }, ['"other.events"', '"shop.events"', 'PRODUCT_EVENTS_TOPIC']],
    [{ readers: 'other_search' }, ['alias "other_search"', 'alias "shop_search"', 'SEARCH_ALIAS']],
    [{ storage: 'postgres' as const }, ['view "shop_search"', 'alias "shop_search"']],
    [{ clusterId: 'cluster-2' }, ['cluster cluster-2', 'kafka:9092', 'cluster cluster-1', 'KAFKA_BROKERS']],
    [{ projection: 'another_search' }, ['"shop_search"', 'another_search', 'SEARCH_ALIAS']],
  ])('do not fit when %j is held, and both are named with the setting', (change, named) => {
    const [problem, ...more] = found([held(change)]);
    expect(more).toEqual([]);
    for (const name of ['product_search', ...named]) expect(problem).toContain(name);
  });

  it('list every difference at once, with the database and what to do', () => {
    const problems = found([held({ topic: 'a', readers: 'b', clusterId: 'c' })]);
    expect(problems).toHaveLength(3);
    const { message } = new BoundElsewhere('db:5432/read', problems);
    for (const text of [...problems, 'db:5432/read', 'READ_MODEL_DATABASE_URL', 'Nothing was changed'])
      expect(message).toContain(text);
  });
});

describe('a registry from before bindings were recorded', () => {
  const generation = (name: string, state: GenerationState, topic = configured.topic) => ({
    name: name as GenerationName,
    state,
    topic,
  });
  const none: ReadersTarget = { kind: 'none' };
  const on = (name: string): ReadersTarget => ({ kind: 'generation', name: name as GenerationName });
  const adopted = (evidence: Partial<Evidence>) =>
    obstaclesToAdoption({ generations: [], switched: [], readers: none, ...evidence }, configured);

  it('is that of the readers who are on one of its generations, of the configured topic', () => {
    const generations = [
      generation('a', 'STANDBY'),
      generation('b', 'LIVE', 'other.events'),
      generation('c', 'RETIRED', 'other.events'),
    ];
    expect(adopted({ generations, switched: ['other_search'], readers: on('a') })).toEqual([]);
    expect(adopted({ generations, readers: on('b') })).toEqual([
      expect.stringMatching(/"shop_search" are on b, .*"other.events".*"shop.events"/),
    ]);
  });

  it('is anybody’s where nothing is left of what it held, or nothing was ever live', () => {
    const generations = [generation('a', 'PRUNED', 'x'), generation('b', 'FAILED', 'y')];
    expect(adopted({ generations })).toEqual([]);
    expect(adopted({ generations: [generation('a', 'VERIFIED')] })).toEqual([]);
  });

  it('is not taken by readers who are on none of its generations, unless everything in it fits', () => {
    const live = generation('a', 'LIVE');
    expect(adopted({ generations: [live], switched: ['shop_search'] })).toEqual([]);
    expect(adopted({ generations: [live], switched: ['other_search'] })).toEqual([
      expect.stringMatching(/are on a through "other_search", but the alias "shop_search"/),
    ]);
    expect(adopted({ generations: [live], readers: on('made by another registry') })).toHaveLength(1);
    expect(adopted({ generations: [generation('a', 'VERIFIED', 'other.events')] })).toEqual([
      expect.stringMatching(/"other.events", but the topic "shop.events"/),
    ]);
  });
});
