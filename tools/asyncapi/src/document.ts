import type { Context } from '@reprise/contexts';
import { canaryEventType, type JsonSchema } from '@reprise/events';

/** An AsyncAPI 3 document, as far as it is written here. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly defaultContentType: string;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, object>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

export interface Channel {
  readonly address: string;
  readonly title: string;
  readonly description: string;
  readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
}

export interface Message {
  readonly name: string;
  readonly title: string;
  readonly summary?: string;
  readonly contentType: string;
  readonly headers: JsonSchema;
  readonly payload: JsonSchema;
  readonly bindings: object;
  readonly examples?: readonly {
    readonly name?: string;
    readonly payload?: unknown;
    readonly headers?: object;
  }[];
}

const contentType = 'application/cloudevents+json';
const envelopeName = 'event-envelope';
const text: JsonSchema = { type: 'string' };

/** What the consumer sends along with a record that it puts aside. */
const letterHeaders: readonly (readonly [name: string, description: string, required?: true])[] = [
  ['original-topic', 'The topic the record was read from.', true],
  ['original-topic-id', "Kafka's id of that topic: a recreated topic has other offsets.", true],
  ['original-partition', 'Its partition.', true],
  ['original-offset', 'Its offset.', true],
  ['reason', 'Why it could not be applied, in one word.', true],
  ['error', 'The same in a sentence, 1,000 characters at most.', true],
  ['attempts', 'How often it was tried.', true],
  ['dead-lettered-at', 'When it was put aside: ISO 8601, UTC.', true],
  ['aggregate-id', 'Whose event it is, where that is known.'],
  ['aggregate-version', 'Its version, where that is known.'],
  ['event-type', 'Its type, where that is known.'],
  ['projection', 'The projection that could not apply it; absent where it is no event at all.'],
  ['waits-behind', 'The id of the dead letter that it waits behind, as topic:partition:offset.'],
  ['original-timestamp', 'When it was written, milliseconds since the epoch.'],
];

/**
 * Describes the event log of a context and its dead letters. Where the context has an outbox, its write side may write canaries.
 *
 * @param version of the description: that of the release
 * @param golden events of a type, as examples
 */
export function describeContext(
  context: Pick<Context, 'name' | 'topic' | 'deadLetterTopic' | 'events' | 'outbox' | 'variables'>,
  version: string,
  golden: (type: string) => unknown[],
): AsyncApiDocument {
  const { name, topic, deadLetterTopic, events, outbox, variables } = context;
  const { envelope, byType, canary } = events.schemas;
  const schemas = outbox ? new Map([...byType, [canaryEventType, canary]]) : byType;
  const messages = Object.fromEntries(
    [...schemas].map(([type, schema]) => [type, eventMessage(type, schema, golden(type))]),
  );
  return {
    asyncapi: '3.0.0',
    info: {
      title: `Events of ${name}`,
      version,
      description: `The event log of the bounded context ${name}, and the records of it that could not be applied. Format: ${events.format}.`,
    },
    defaultContentType: contentType,
    channels: {
      events: {
        address: topic,
        title: 'Event log',
        description: `Every event, in the order of its aggregate: the key of a record is the aggregate's id. Another topic is named by ${variables.topic}.`,
        messages: Object.fromEntries([...schemas.keys()].map((type) => [type, refTo('messages', type)])),
      },
      deadLetters: {
        address: deadLetterTopic,
        title: 'Dead letters',
        description:
          'Records that could not be applied, with key and value as they were, and with headers that say why.',
        messages: { deadLetter: refTo('messages', 'deadLetter') },
      },
    },
    operations: {
      publishEvents: {
        action: 'send',
        channel: refTo('channels', 'events'),
        summary: 'The relay publishes what the write side has stored.',
      },
      putAside: {
        action: 'send',
        channel: refTo('channels', 'deadLetters'),
        summary: 'The consumer puts aside what it cannot apply.',
      },
    },
    components: {
      messages: { ...messages, deadLetter: letterMessage() },
      schemas: {
        [envelopeName]: withoutIdentity(envelope),
        ...Object.fromEntries([...schemas].map(([type, schema]) => [type, withoutIdentity(schema)])),
      },
    },
  };
}

function eventMessage(type: string, schema: JsonSchema, examples: unknown[]): Message {
  const { title, description } = schema as { title?: string; description?: string };
  return {
    name: type,
    title: title ?? type,
    ...(description !== undefined && { summary: description }),
    contentType,
    headers: {
      type: 'object',
      properties: { 'content-type': { type: 'string', const: contentType } },
      required: ['content-type'],
    },
    payload: { $ref: `#/components/schemas/${type}` },
    bindings: kafkaKey("The aggregate's id, the event's subject."),
    ...(examples.length > 0 && { examples: examples.map((payload) => ({ payload })) }),
  };
}

function letterMessage(): Message {
  return {
    name: 'deadLetter',
    title: 'Dead letter',
    summary: 'A record as it was read, with the reason. Its own headers come along under other names.',
    contentType: 'application/octet-stream',
    headers: {
      type: 'object',
      properties: Object.fromEntries(
        letterHeaders.map(([name, description]) => [name, { ...text, description }]),
      ),
      required: letterHeaders.flatMap(([name, , required]) => (required ? [name] : [])),
    },
    payload: { description: 'The bytes of the record, whatever they are.' },
    bindings: kafkaKey('The key of the record, as it was.'),
  };
}

function kafkaKey(description: string): object {
  return { kafka: { key: { ...text, description }, bindingVersion: '0.5.0' } };
}

function refTo(kind: 'messages' | 'channels', name: string): { readonly $ref: string } {
  return { $ref: kind === 'messages' ? `#/components/messages/${name}` : `#/channels/${name}` };
}

/** A schema without its own name and dialect, which only a separate document has; references lead to this document. */
function withoutIdentity(schema: JsonSchema): JsonSchema {
  const { $schema: _, $id: __, ...rest } = schema;
  return JSON.parse(
    JSON.stringify(rest).replaceAll('"urn:reprise:schema:', '"#/components/schemas/'),
  ) as JsonSchema;
}
