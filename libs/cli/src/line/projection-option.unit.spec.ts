import type { Context } from '@reprise/contexts';
import type { Projection } from '@reprise/read-model-projections';
import { OptionReader } from './option-reader.ts';
import { readProjections } from './projection-option.ts';

const projection = (name: string, aggregate: string) => ({ name, aggregate }) as Projection;
const contexts = [
  {
    name: 'talk',
    projections: [
      projection('chat_search', 'chat'),
      projection('chat_days', 'chat'),
      projection('tasks', 'task'),
    ],
  },
  { name: 'hiring', projections: [projection('leads', 'lead')] },
] as unknown as Context<Projection>[];

function read(raw: Record<string, string>, fallback?: 'all') {
  const options = new OptionReader(raw, []);
  const names = readProjections(options, { contexts, env: {} }, fallback).map(({ name }) => name);
  try {
    options.finish();
    return names;
  } catch (error) {
    return (error as Error).message.split('\n').filter((line) => line.startsWith('  - '));
  }
}

describe('the read models that are meant', () => {
  it('are those of an aggregate type, all of them unless one is named', () => {
    expect(read({ type: 'chat' })).toEqual(['chat_search', 'chat_days']);
    expect(read({ type: 'task', projection: 'all' })).toEqual(['tasks']);
    expect(read({ type: 'chat', projection: 'chat_days' })).toEqual(['chat_days']);
    expect(read({ type: 'lead', context: 'hiring' }, 'all')).toEqual(['leads']);
  });

  it('are refused where the type has none, or not the one that is named', () => {
    expect(read({ type: 'chats' })).toEqual([
      '  - --type "chats" is not known: read models are made of chat, task, lead; did you mean chat?',
    ]);
    expect(read({ type: 'chat', context: 'hiring' })).toEqual([
      '  - --type "chat" is not known: read models are made of lead',
    ]);
    expect(read({ type: 'task', projection: 'chat_days' })).toEqual([
      '  - --projection "chat_days" is not known: it must be one of tasks, all',
    ]);
  });

  it('have to be named, by projection or type, where nothing else says so', () => {
    expect(read({})).toEqual([
      '  - --projection is required: one of chat_search, chat_days, tasks, leads, all (or --type, for those of an aggregate type)',
    ]);
    expect(read({}, 'all')).toHaveLength(4);
  });
});
