import { ownEventStore } from '@reprise/events';
import { ConfigurationError, readSettings } from '@reprise/runtime';
import { contextSettings, type ContextDatabase } from './context-settings.ts';
import { contextOf, type ContextDefinition } from './definition.ts';
import { selectContexts } from './select-contexts.ts';

const events = {} as ContextDefinition['events'];
const eventStore = ownEventStore;
const projection = (name: string, kind: 'elasticsearch' | 'postgres') => ({
  ...{ name, version: 1, events, aggregate: 'a', storage: { kind } },
});
const shop = contextOf({
  ...{ name: 'shop', events, eventStore, outbox: true },
  projections: [projection('shop_search', 'elasticsearch'), projection('shop_summary', 'postgres')],
  variables: { prefix: '', aliases: { shop_search: 'SEARCH_ALIAS' } },
});
const hiring = contextOf({
  ...{ name: 'hiring', events, eventStore },
  projections: [projection('people_search', 'elasticsearch')],
});
const read = (env: NodeJS.ProcessEnv, needed: readonly ContextDatabase[] = []) =>
  readSettings(env, (settings) => contextSettings(settings, [shop, hiring], needed));

function problemsOf(env: NodeJS.ProcessEnv, needed: readonly ContextDatabase[] = []): string[] {
  try {
    read(env, needed);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('the settings of a context', () => {
  it('have their usual values, with the variables that set them', () => {
    const [own, other] = read({});
    expect(own).toMatchObject({
      topic: { value: 'shop.events', variable: 'SHOP_EVENTS_TOPIC' },
      deadLetterTopic: { value: 'dlq.shop.events', variable: 'DEAD_LETTER_TOPIC' },
      eventStore: undefined,
      outbox: undefined,
    });
    expect([...own!.readers]).toEqual([
      ['shop_search', { kind: 'alias', value: 'shop_search', variable: 'SEARCH_ALIAS' }],
      ['shop_summary', { kind: 'view', value: 'shop_summary', variable: 'SHOP_SUMMARY_ALIAS' }],
    ]);
    expect(other).toMatchObject({
      topic: { value: 'hiring.events', variable: 'HIRING_EVENTS_TOPIC' },
      deadLetterTopic: { value: 'dlq.hiring.events', variable: 'HIRING_DEAD_LETTER_TOPIC' },
    });
  });

  it('name databases only where the process needs them and the context has them', () => {
    expect(problemsOf({}, ['eventStore', 'outbox']).map((problem) => problem.split(' ')[0])).toEqual([
      'EVENT_STORE_DATABASE_URL',
      'WRITE_DATABASE_URL',
      'HIRING_EVENT_STORE_DATABASE_URL',
    ]);
    const [own] = read(
      {
        EVENT_STORE_DATABASE_URL: 'postgres://r@h/d?sslmode=verify-full',
        HIRING_EVENT_STORE_DATABASE_URL: 'postgres://r@h/e?sslmode=verify-full',
        OUTBOX_DATABASE_URL: 'postgres://o@h/d?sslmode=verify-full',
      },
      ['eventStore', 'outbox'],
    );
    expect(own!.outbox).toMatchObject({ variable: 'OUTBOX_DATABASE_URL' });
  });

  it.each([
    [{ HIRING_EVENTS_TOPIC: 'shop.events' }, /HIRING_EVENTS_TOPIC is the same topic as SHOP_EVENTS_TOPIC/],
    [{ DEAD_LETTER_TOPIC: 'shop.events' }, /DEAD_LETTER_TOPIC is the same topic as SHOP_EVENTS_TOPIC/],
    [
      { HIRING_DEAD_LETTER_TOPIC: 'dlq.shop.events' },
      /HIRING_DEAD_LETTER_TOPIC is the same topic as DEAD_LETTER_TOPIC/,
    ],
    [{ PEOPLE_SEARCH_ALIAS: 'shop_search' }, /PEOPLE_SEARCH_ALIAS is the same alias as SEARCH_ALIAS/],
    [{ PEOPLE_SEARCH_ALIAS: 'a*' }, /PEOPLE_SEARCH_ALIAS must be lower-case/],
  ])('are refused where contexts would share %j', (env, problem) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(problem)]);
  });
});

it('refuses one outbox for two contexts, whoever connects to it, and repeats no password', () => {
  const other = contextOf({ name: 'sales', events, projections: [], outbox: true });
  const problems = (url: string): string[] => {
    const env = {
      WRITE_DATABASE_URL: 'postgres://a:hunter2@h:5432/write?sslmode=verify-full',
      SALES_OUTBOX_DATABASE_URL: url,
    };
    try {
      readSettings(env, (settings) => contextSettings(settings, [shop, other], ['outbox']));
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems;
      throw error;
    }
    return [];
  };
  expect(problems('postgres://b:hunter3@h:5432/write?sslmode=verify-full')).toEqual([
    'SALES_OUTBOX_DATABASE_URL is the same database as WRITE_DATABASE_URL ("h:5432/write"): each needs one for itself',
  ]);
  expect(problems('postgres://b:hunter3@h:5432/sales?sslmode=verify-full')).toEqual([]);
});

describe('the contexts that are meant', () => {
  const select = (named: string | undefined, env: NodeJS.ProcessEnv = {}) => {
    const problems: string[] = [];
    const chosen = selectContexts([shop, hiring], named, env, (problem) => problems.push(problem));
    return { names: chosen.map(({ name }) => name), problems };
  };

  it.each<[string | undefined, NodeJS.ProcessEnv, string[]]>([
    [undefined, {}, ['shop', 'hiring']],
    [undefined, { REPRISE_CONTEXTS: ' ' }, ['shop', 'hiring']],
    [undefined, { REPRISE_CONTEXTS: 'hiring' }, ['hiring']],
    ['shop', { REPRISE_CONTEXTS: 'hiring' }, ['shop']],
    [' hiring, shop ', {}, ['shop', 'hiring']],
  ])('of --context %j and %j are %j', (named, env, names) => {
    expect(select(named, env)).toEqual({ names, problems: [] });
  });

  it('are refused where a name is not known, or none is given', () => {
    expect(select('shop,sales,store').problems).toEqual([
      '--context "sales" is not known: it must be one or more of shop, hiring',
      '--context "store" is not known: it must be one or more of shop, hiring',
    ]);
    expect(select(',').problems).toEqual(['--context names no context: one or more of shop, hiring']);
    expect(select(undefined, { REPRISE_CONTEXTS: 'sales' }).problems).toEqual([
      expect.stringContaining('REPRISE_CONTEXTS "sales" is not known'),
    ]);
  });
});
