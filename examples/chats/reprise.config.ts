import { defineEvents, defineProjection, defineReprise, elasticsearchIndex } from '@reprise/reprise';
import { ignored, jsonData, plainJson, postgresTable, put, remove } from '@reprise/reprise';

const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
const data = jsonData<{ title: string }>(schema);
const events = defineEvents({
  aggregates: {
    chat: {
      'chat.opened': { begins: true, data },
      'chat.message-posted': { data: ignored },
      'chat.closed': { ends: true, data: ignored },
    },
    task: { 'task.added': { begins: true, data }, 'task.done': { data: ignored } },
  },
  reader: plainJson({
    type: { header: 'type' },
    aggregateId: { key: true },
    time: { timestamp: true },
    version: { header: 'version' },
  }),
});

const chats = defineProjection(events, {
  ...{ name: 'chats', version: 1, aggregate: 'chat' },
  storage: elasticsearchIndex<{ title: string; messages: number }>({ title: 'text', messages: 'integer' }),
  on: {
    'chat.opened': ({ data }) => put({ title: data.title, messages: 0 }),
    'chat.message-posted': (_, chat) => put({ ...chat, messages: chat.messages + 1 }),
    'chat.closed': () => remove(),
  },
});
const tasks = defineProjection(events, {
  ...{ name: 'tasks', version: 1, aggregate: 'task' },
  storage: postgresTable<{ title: string; state: string }>({ title: 'text', state: 'text' }),
  on: {
    'task.added': ({ data }) => put({ title: data.title, state: 'open' }),
    'task.done': (_, task) => put({ ...task, state: 'done' }),
  },
});
export default defineReprise({ contexts: [{ name: 'chat', events, projections: [chats, tasks] }] });
