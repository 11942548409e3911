import { Kafka, Partitioners } from 'kafkajs';

/* Writes the lives of some chats and tasks as plain JSON: node write.ts [how many] [number of the first] */
const [count = 100, first = 0] = process.argv.slice(2).map(Number);
const topic = process.env['CHAT_EVENTS_TOPIC'] ?? 'chat.events';

function life(id: string, events: readonly (readonly [type: string, data: object])[]) {
  return events.map(([type, data], index) => ({
    key: id,
    value: JSON.stringify(data),
    headers: { type, version: String(index + 1) },
  }));
}

const messages = Array.from({ length: count }, (_, index) => first + index).flatMap((number) => [
  ...life(`chat-${number}`, [
    ['chat.opened', { title: `Lunch ${number}` }],
    ['chat.message-posted', { text: 'When?' }],
    number % 10 === 9 ? ['chat.closed', {}] : ['chat.message-posted', { text: 'Now.' }],
  ]),
  ...life(`task-${number}`, [
    ['task.added', { title: `Cook for ${number}` }],
    ...(number % 2 === 0 ? [['task.done', {}] as const] : []),
  ]),
]);

const kafka = new Kafka({ brokers: (process.env['KAFKA_BROKERS'] ?? 'localhost:9092').split(',') });
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
await admin.disconnect();
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();
await producer.send({ topic, messages });
await producer.disconnect();
console.log(`Wrote ${messages.length} events to ${topic}.`);
