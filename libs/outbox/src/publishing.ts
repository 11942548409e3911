import { type OutboxMessage, type PublishableMessage, type RefusedMessage } from './message.ts';

/** The log's answer to one batch. Anything else, such as an unreachable broker, is an exception. */
export type SendResult =
  | { readonly outcome: 'acknowledged' }
  /** Nothing about time or place: the same batch is refused again whenever it is sent. */
  | { readonly outcome: 'refused'; readonly reason: string };

/** Sends messages in the given order and resolves when all of them are acknowledged, or the batch was refused. */
export type Send = (messages: readonly PublishableMessage[]) => Promise<SendResult>;

export interface PublishResult {
  /** Acknowledged messages, in the order they were sent. */
  readonly published: readonly PublishableMessage[];
  /** Messages that have to be parked, at most one per aggregate. */
  readonly refused: readonly RefusedMessage[];
}

/**
 * Publishes a claimed batch in order. A batch the log refuses is halved until the message that caused it stands alone; the
 * other aggregates' messages go out, the later messages of a refused one's aggregate are held back. A batch of n messages
 * with one bad one takes about 2 log2(n) sends.
 *
 * The messages must be in aggregate order. An exception of `send` passes through: what was acknowledged by then is
 * sent again later, which is what at least once means.
 */
export async function publishInOrder(messages: readonly OutboxMessage[], send: Send): Promise<PublishResult> {
  const { readable, oversized } = separateOversized(messages);
  const published: PublishableMessage[] = [];
  const refused: RefusedMessage[] = [];
  const held = new Set<string>();

  const publish = async (batch: readonly PublishableMessage[]): Promise<void> => {
    const sendable = held.size === 0 ? batch : batch.filter((message) => !held.has(message.aggregateId));
    const [first] = sendable;
    if (first === undefined) return;
    const result = await send(sendable);
    if (result.outcome === 'acknowledged') {
      for (const message of sendable) published.push(message);
    } else if (sendable.length === 1) {
      refused.push({ message: first, reason: result.reason });
      held.add(first.aggregateId);
    } else {
      const middle = Math.ceil(sendable.length / 2);
      await publish(sendable.slice(0, middle));
      await publish(sendable.slice(middle));
    }
  };

  await publish(readable);
  return {
    published,
    refused: [...refused, ...oversized.filter(({ message }) => !held.has(message.aggregateId))],
  };
}

/** Sets aside the messages whose payload was too large to be read, and leaves out what follows them in their aggregates. */
function separateOversized(messages: readonly OutboxMessage[]): {
  readable: readonly PublishableMessage[];
  oversized: readonly RefusedMessage[];
} {
  if (messages.every(isReadable)) return { readable: messages, oversized: [] };
  const held = new Set<string>();
  const readable: PublishableMessage[] = [];
  const oversized: RefusedMessage[] = [];
  for (const message of messages) {
    if (held.has(message.aggregateId)) continue;
    if (isReadable(message)) {
      readable.push(message);
    } else {
      held.add(message.aggregateId);
      oversized.push({ message, reason: `its ${message.bytes} bytes exceed the topic's limit` });
    }
  }
  return { readable, oversized };
}

function isReadable(message: OutboxMessage): message is PublishableMessage {
  return message.payload !== null;
}
