import { defineEvents, defineProjection, defineReprise, plainJson, put } from '@reprise/reprise';
import { elasticsearchIndex, postgresTable } from '@reprise/reprise';
import { z } from 'zod';

const events = defineEvents({
  aggregates: {
    chat: {
      'chat.opened': { begins: true, data: z.object({ title: z.string() }) },
      'chat.message-posted': { data: z.object({ text: z.string() }) },
      'chat.closed': { ends: true, data: z.object({}) },
    },
    task: {
      'task.added': { begins: true, data: z.object({ title: z.string() }) },
      'task.done': { data: z.object({}) },
    },
  },
  reader: plainJson({ type: 'type', time: 'at', aggregateId: { key: true }, version: { header: 'version' } }),
});

const chats = defineProjection(events, {
  name: 'chat_search',
  version: 1,
  aggregate: 'chat',
  storage: elasticsearchIndex<{ title: string; messages: number }>({ title: 'text', messages: 'integer' }),
  on: {
    'chat.opened': ({ data }) => put({ title: data.title, messages: 0 }),
    'chat.message-posted': (_, chat) => put({ ...chat, messages: chat.messages + 1 }),
  },
});

const tasks = defineProjection(events, {
  name: 'task_list',
  version: 1,
  aggregate: 'task',
  storage: postgresTable<{ title: string; state: string }>({ title: 'text', state: 'text' }),
  on: {
    'task.added': ({ data }) => put({ title: data.title, state: 'open' }),
    'task.done': (_, task) => put({ ...task, state: 'done' }),
  },
});

export default defineReprise({ contexts: [{ name: 'office', events, projections: [chats, tasks] }] });
