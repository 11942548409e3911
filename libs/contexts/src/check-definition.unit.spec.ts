import { ownEventStore, type EventContract } from '@reprise/events';
import { checkDefinition } from './check-definition.ts';

const contract = (): Pick<EventContract, 'read' | 'aggregateTypes' | 'versions'> => ({
  read: () => ({ ok: false, reason: 'not-json', message: 'it is never read' }),
  aggregateTypes: ['chat'],
  versions: 'position',
});
const events = contract();
const table = (name: string, of = events) => ({
  ...{ name, version: 1, events: of, aggregate: 'chat', storage: { kind: 'postgres' } },
  evolve: () => ({ outcome: 'ignore' }),
});
const index = (name: string) => ({ ...table(name), storage: { kind: 'elasticsearch' } });
const context = (changes: object = {}) => ({
  name: 'chats',
  events,
  projections: [table('chats')],
  ...changes,
});
const problemsOf = (...contexts: unknown[]) => checkDefinition({ contexts }).problems;

describe('what a configuration file exports', () => {
  it('is a list of contexts, with what they leave out filled in', () => {
    const { contexts, problems } = checkDefinition({
      contexts: [context({ projections: [index('chat_search')], eventStore: ownEventStore })],
    });
    expect(problems).toEqual([]);
    expect(contexts).toMatchObject([
      {
        ...{ name: 'chats', topic: 'chats.events', deadLetterTopic: 'dlq.chats.events' },
        ...{
          eventStore: ownEventStore,
          outbox: false,
          variables: { topic: 'CHATS_EVENTS_TOPIC', prefix: 'CHATS_' },
        },
      },
    ]);
    expect(contexts[0]!.variables.aliasOf('chat_search')).toBe('CHAT_SEARCH_ALIAS');
  });

  it('can have an event store in a table with a schema or without', () => {
    for (const eventStore of [ownEventStore, { ...ownEventStore, schema: 'shop' }])
      expect(checkDefinition({ contexts: [context({ eventStore })] })).toMatchObject({
        contexts: [{ eventStore }],
        problems: [],
      });
  });

  it('can have read models in a store of somebody else’s, which says how it is opened', () => {
    const own = (storage: object) => context({ projections: [{ ...table('chats'), storage }] });
    expect(problemsOf(own({ kind: 'own:sqlite', open: () => undefined }))).toEqual([]);
    for (const storage of [{ kind: 'own:sqlite' }, { kind: 'own:', open: () => undefined }])
      expect(problemsOf(own(storage))).toEqual([expect.stringMatching(/projection 1 is not what/)]);
  });

  it('names its variables as the context says, whatever else their names could mean', () => {
    const variables = { prefix: '', aliases: { chat_search: 'SEARCH_ALIAS' } };
    const [own] = checkDefinition({ contexts: [context({ variables })] }).contexts;
    expect(own!.variables.prefix).toBe('');
    expect(own!.variables.aliasOf('chat_search')).toBe('SEARCH_ALIAS');
    expect(own!.variables.aliasOf('constructor')).toBe('CONSTRUCTOR_ALIAS');
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /defineReprise/],
    ['another thing', { contexts: 'chats' }, /defineReprise/],
    ['no context', { contexts: [] }, /lists no bounded context/],
  ])('is refused when it is %s', (_, exported, problem) => {
    expect(checkDefinition(exported)).toEqual({ contexts: [], problems: [expect.stringMatching(problem)] });
  });

  it.each<[string, object, RegExp]>([
    ['a name that is no variable', { name: 'Chats!' }, /its name must be lower-case words/],
    ['a member nobody knows', { evenstore: true }, /"evenstore" is not known/],
    ['no contract', { events: {}, projections: [] }, /"events" must be what defineEvents returns/],
    [
      'a contract without version source',
      { events: { ...events, versions: undefined }, projections: [] },
      /declare no version source/,
    ],
    ['a topic that cannot be', { topic: 'a b' }, /"topic" is not a valid Kafka topic name/],
    [
      'an event store that is no table',
      { eventStore: true },
      /"eventStore" must be what eventStoreTable returns/,
    ],
    ['an outbox that is no switch', { outbox: 'yes' }, /"outbox" must be true or false/],
    [
      'a projection that is none',
      { projections: [{ name: 'x' }] },
      /projection 1 is not what defineProjection/,
    ],
    [
      'a projection of another context',
      { projections: [table('chats', contract())] },
      /"chats" is made from the events of another contract/,
    ],
    ['variables that cannot be', { variables: { prefix: 'chats-' } }, /prefix of its variables/],
    [
      'an alias whose variable cannot be',
      { variables: { aliases: { chats: 1 } } },
      /variable of the alias of "chats"/,
    ],
  ])('is refused for %s', (_, changes, problem) => {
    expect(problemsOf(context(changes))).toEqual([expect.stringMatching(problem)]);
  });

  it('is refused with everything that is wrong, of every context', () => {
    const problems = problemsOf(
      context({ topic: '..', outbox: 1 }),
      'chats',
      context({ name: undefined, projections: 1 }),
    );
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      ...['context "chats"', 'context "chats"', 'context 2 is not an object'],
      ...['context 3', 'context 3'],
    ]);
  });

  it('is refused for what two contexts share', () => {
    const twice = problemsOf(
      context(),
      context({ name: 'other' }),
      context({ projections: [table('tasks')] }),
    );
    expect(twice).toEqual([
      'two contexts are named "chats"',
      expect.stringMatching(/^two projections are named "chats" \(context "chats" and context "other"\)/),
    ]);
  });
});
