import { defineEvents, defineProjection, jsonData, put, type Upcaster } from '@reprise/reprise';

const opened = jsonData<{ title: string }>({
  type: 'object',
  properties: { title: { type: 'string', minLength: 1 } },
  required: ['title'],
});

/** Chats had a subject before they had a title. */
const subjectIsTitle: Upcaster = {
  from: 'chat.opened.v1',
  to: 'chat.opened.v2',
  upcast: ({ subject, ...others }) => ({ ok: true, data: { ...others, title: subject } }),
};

export const chatEvents = defineEvents({
  aggregates: {
    chat: {
      'chat.opened.v2': { begins: true, data: opened },
      'chat.message-posted.v1': { data: jsonData<object>({ type: 'object' }) },
      'chat.closed.v1': { ends: true, data: jsonData<object>({ type: 'object' }) },
    },
  },
  upcasters: [subjectIsTitle],
});

export const chatSearch = defineProjection(chatEvents, {
  name: 'chat_search',
  version: 1,
  aggregate: 'chat',
  storage: {
    kind: 'elasticsearch',
    schemaVersion: 1,
    properties: { title: { type: 'text' }, messages: { type: 'integer' } },
  },
  on: {
    'chat.opened.v2': ({ data }) => put({ title: data.title, messages: 0 }),
    'chat.message-posted.v1': (_, chat) => put({ ...chat, messages: chat.messages + 1 }),
  },
});
