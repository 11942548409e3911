import { defineEvents, ignored, jsonData } from '@reprise/events';
import type { ElasticsearchStorage, VersionedDocument } from '@reprise/read-model-documents';
import { applyEvent, type Applied } from './apply-event.ts';
import { defineProjection } from './define-projection.ts';
import { ignore, put, remove } from './projection.ts';

const anything = { type: 'object' };
const events = defineEvents({
  aggregates: {
    chat: {
      'chat.opened.v1': { begins: true, data: jsonData<{ title: string }>(anything) },
      'chat.message-posted.v1': { data: jsonData<{ text: string }>(anything) },
      'chat.hidden.v1': { data: jsonData<object>(anything) },
      'chat.seen.v1': { data: ignored },
      'chat.closed.v1': { ends: true, data: jsonData<object>(anything) },
    },
    room: { 'room.named.v1': { data: jsonData<{ name: string }>(anything) } },
  },
});

interface Chat {
  readonly title: string;
  readonly messages: number;
}
const storage: ElasticsearchStorage<Chat> = {
  kind: 'elasticsearch',
  schemaVersion: 1,
  properties: { title: { type: 'text' }, messages: { type: 'long' } },
};

const chats = defineProjection(events, {
  name: 'chat_search',
  version: 1,
  aggregate: 'chat',
  storage,
  on: {
    'chat.opened.v1': (event) => put({ title: event.data.title, messages: 0 }),
    'chat.message-posted.v1': (event, chat) => put({ ...chat, messages: chat.messages + 1 }),
    'chat.hidden.v1': () => remove(),
  },
});

const eventOf = (type: string, version: number, data: object = {}) => ({
  id: `${version}`,
  type,
  subject: 'c-1',
  time: '2026-11-20T09:31:01Z',
  aggregatetype: 'chat',
  aggregateversion: version,
  data,
});

function fold(...types: readonly string[]): VersionedDocument<Chat> | undefined {
  let document: VersionedDocument<Chat> | undefined;
  for (const [at, type] of types.entries()) {
    const applied: Applied<Chat> = applyEvent(chats, document, eventOf(type, at + 1, { title: 'Help' }));
    if (applied.outcome === 'applied') document = applied.document;
  }
  return document;
}

describe('a projection', () => {
  it('puts what its handlers say beside the id and version that the engine keeps', () => {
    expect(fold('chat.opened.v1', 'chat.message-posted.v1')).toEqual({
      id: 'c-1',
      version: 2,
      data: { title: 'Help', messages: 1 },
    });
  });

  it('moves the version alone for a type its contract ignores', () => {
    expect(fold('chat.opened.v1', 'chat.seen.v1')).toMatchObject({ version: 2, data: { messages: 0 } });
  });

  it('leaves a tombstone where it removes the document, and hands nothing to handlers that change one', () => {
    const removed = fold('chat.opened.v1', 'chat.hidden.v1', 'chat.message-posted.v1');
    expect(removed).toEqual({ id: 'c-1', version: 3, tombstone: 'removed' });
  });

  it('takes the document away at the end of a life, after which nothing applies', () => {
    const ended = fold('chat.opened.v1', 'chat.closed.v1');
    expect(ended).toEqual({ id: 'c-1', version: 2, tombstone: 'ended' });
    expect(() => applyEvent(chats, ended, eventOf('chat.seen.v1', 3))).toThrow('accepts no more events');
  });

  it('may leave something of the document where a life has ended', () => {
    const keeping = defineProjection(events, {
      name: 'archive',
      version: 1,
      aggregate: 'chat',
      storage,
      on: {
        'chat.opened.v1': ({ data }) => put({ title: data.title, messages: 0 }),
        'chat.message-posted.v1': () => ignore(),
        'chat.hidden.v1': () => ignore(),
        'chat.closed.v1': (_, chat) => put(chat),
      },
    });
    const opened = applyEvent(keeping, undefined, eventOf('chat.opened.v1', 1, { title: 'Help' }));
    if (opened.outcome !== 'applied') throw new Error(opened.outcome);
    expect(applyEvent(keeping, opened.document, eventOf('chat.closed.v1', 2))).toMatchObject({
      document: { tombstone: 'ended', data: { title: 'Help' } },
    });
  });

  it('follows any later position where events are ordered by position', () => {
    const byPosition = defineEvents({
      aggregates: { room: { 'room.named.v1': { data: jsonData<{ name: string }>(anything) } } },
      versions: 'position',
    });
    const rooms = defineProjection(byPosition, {
      name: 'rooms',
      version: 1,
      aggregate: 'room',
      storage: { ...storage, properties: { name: { type: 'keyword' } } } as ElasticsearchStorage<{
        name: string;
      }>,
      on: { 'room.named.v1': ({ data }) => put({ name: data.name }) },
    });
    const named = (version: number) => ({ ...eventOf('room.named.v1', version), aggregatetype: 'room' });
    const first = applyEvent(rooms, undefined, named(41));
    expect(first).toMatchObject({ outcome: 'applied', document: { version: 41 } });
    if (first.outcome !== 'applied') return;
    expect(applyEvent(rooms, first.document, named(41))).toEqual({ outcome: 'duplicate' });
    expect(applyEvent(rooms, first.document, named(97))).toMatchObject({ document: { version: 97 } });
  });

  it('does not compile, and is refused, for types or aggregates that its contract does not have', () => {
    const definition = { name: 'x', version: 1, storage } as const;
    const handlers = { 'room.named.v1': () => ignore() };
    expect(() =>
      // @ts-expect-error: no such aggregate
      defineProjection(events, { ...definition, aggregate: 'door', on: {} }),
    ).toThrow('"door", which is no aggregate of its contract');
    // @ts-expect-error: handlers are missing
    defineProjection(events, { ...definition, aggregate: 'chat', on: { 'chat.hidden.v1': () => remove() } });
    expect(() =>
      defineProjection(events, {
        ...definition,
        aggregate: 'room',
        // @ts-expect-error: no such event
        on: { ...handlers, 'room.lost.v1': () => ignore() } as const,
      }),
    ).toThrow('handles room.lost.v1, which its contract does not have');
    const reserved: ElasticsearchStorage<{ repriseId: string }> = {
      ...storage,
      // @ts-expect-error: the store's own name
      properties: { repriseId: {} },
    };
    expect(reserved.kind).toBe('elasticsearch');
  });
});
